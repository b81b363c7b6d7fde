import { getSessionCookie } from "better-auth/cookies";
import type { Sessions } from "@/lib/gateway/forward";
import { TokenCache, type Minted } from "@/lib/gateway/token-cache";
import { authentication } from "./auth";

const cache = new TokenCache();

function expiry(token: string): number {
  const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  return (claims as { exp: number }).exp * 1000;
}

/** Better Auth answers "no such session" by an error with status 401; anything else is a fault. */
function isUnauthorized(error: unknown): boolean {
  return typeof error === "object" && error !== null && "statusCode" in error && error.statusCode === 401;
}

async function mint(headers: Headers): Promise<Minted | undefined> {
  try {
    const { token } = await authentication().auth.api.getToken({ headers });
    return { token, expiresAt: expiry(token) };
  } catch (error) {
    if (isUnauthorized(error)) return undefined;
    throw error;
  }
}

/** The gateway's view of Better Auth's sessions. */
export const sessions: Sessions = {
  cookie: (headers) => getSessionCookie(headers) ?? undefined,
  token: (session, headers) => cache.get(session, () => mint(headers)),
  forget: (session) => cache.forget(session),
};

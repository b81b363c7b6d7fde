import type { BetterAuthOptions } from "better-auth";
import { APIError } from "better-auth/api";
import { jwt } from "better-auth/plugins/jwt";
import type { Settings } from "@/config/settings";

/** Audiences of a session's token: the services' API and the MCP endpoint. */
export const AUDIENCES = ["todoku", "todoku-mcp"];
export const SCOPES = "tasks:read tasks:write";

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

function tokens(issuer: string) {
  return jwt({
    jwks: { keyPairConfig: { alg: "EdDSA", crv: "Ed25519" } },
    jwt: {
      issuer,
      audience: AUDIENCES,
      expirationTime: "15m",
      // The default payload is the whole user record; services need to know whose token it is and no more.
      definePayload: () => ({ scope: SCOPES }),
      getSubject: ({ user }) => user.id,
    },
    // Every session read would mint one more token otherwise.
    disableSettingJwtHeader: true,
  });
}

function rateLimit(signInsPerMinute: number): BetterAuthOptions["rateLimit"] {
  const signIn = { window: MINUTE, max: signInsPerMinute };
  return {
    enabled: true,
    storage: "database",
    window: MINUTE,
    max: 300,
    customRules: {
      "/sign-in/email": signIn,
      "/sign-up/email": signIn,
      // Services fetch keys from few addresses; refusing them would refuse everybody.
      "/jwks": false,
    },
  };
}

const LONGEST = 500;
// PostgreSQL's text refuses U+0000 (an error of ours, to the caller); no control character has a meaning here.
const UNUSABLE = /[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/u;

/** Better Auth checks that these are texts, and no more. */
async function checkTexts(user: Record<string, unknown>): Promise<void> {
  for (const [field, value] of Object.entries(user)) {
    if (typeof value !== "string" || (value.length <= LONGEST && !UNUSABLE.test(value))) continue;
    throw new APIError("UNPROCESSABLE_ENTITY", { message: `${field}: too long, or with characters that do not belong` });
  }
}

/** Everything of Better Auth but the database, shared by the server and the migration. */
export function authOptions({ baseUrl, secret, signInsPerMinute, trustedProxies }: Settings) {
  return {
    appName: "Todoku",
    baseURL: baseUrl,
    basePath: "/api/auth",
    secret,
    telemetry: { enabled: false },
    emailAndPassword: { enabled: true, requireEmailVerification: false, minPasswordLength: 8, maxPasswordLength: 128 },
    session: { expiresIn: 30 * DAY, updateAge: DAY },
    databaseHooks: { user: { create: { before: checkTexts }, update: { before: checkTexts } } },
    rateLimit: rateLimit(signInsPerMinute),
    advanced: {
      // The migration makes the schema; checking it again would tie the start to a database that is up.
      database: { generateId: "uuid", validateSchema: false },
      useSecureCookies: baseUrl.startsWith("https:"),
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax" },
      ipAddress: trustedProxies.length ? { trustedProxies: [...trustedProxies] } : undefined,
    },
    plugins: [tokens(baseUrl)],
  } satisfies BetterAuthOptions;
}

import { authentication } from "@/features/auth/server/auth";
import { sessions } from "@/features/auth/server/sessions";
import { tooLarge, unavailable } from "@/lib/gateway/problems";

export const dynamic = "force-dynamic";

const BODY_LIMIT = 64 * 1024;

/** Better Auth reads a body whole, whatever its size: one that does not say its length is not read at all. */
function mayBeLarge({ headers }: Request): boolean {
  return headers.has("transfer-encoding") || Number(headers.get("content-length") ?? 0) > BODY_LIMIT;
}

/** Better Auth's answer; its own errors are told apart from a database that is away, which may be tried again. */
async function answer(request: Request): Promise<Response> {
  const { auth, database } = authentication();
  const response = await auth.handler(request).catch((error: unknown) => error);
  const failed = !(response instanceof Response) || response.status >= 500;
  if (failed && !(await database.ready())) return unavailable("sign-in");
  if (!(response instanceof Response)) throw response;
  return response;
}

async function handle(request: Request): Promise<Response> {
  if (mayBeLarge(request)) return tooLarge(BODY_LIMIT);
  const session = sessions.cookie(request.headers);
  const response = await answer(request);
  // Signing in, out or changing a password replaces the session: its token goes with it.
  if (session && request.method === "POST") sessions.forget(session);
  return response;
}

export { handle as GET, handle as POST };

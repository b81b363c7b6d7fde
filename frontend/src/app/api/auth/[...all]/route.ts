import { authentication } from "@/features/auth/server/auth";
import { sessions } from "@/features/auth/server/sessions";

export const dynamic = "force-dynamic";

async function handle(request: Request): Promise<Response> {
  const session = sessions.cookie(request.headers);
  const response = await authentication().auth.handler(request);
  // Signing in, out or changing a password replaces the session: its token goes with it.
  if (session && request.method === "POST") sessions.forget(session);
  return response;
}

export { handle as GET, handle as POST };

import { authentication } from "@/features/auth/server/auth";
import { unavailable } from "@/lib/gateway/problems";

export const dynamic = "force-dynamic";

export async function GET(): Promise<Response> {
  const ready = await authentication().database.ready();
  return ready ? Response.json({ status: "ok" }) : unavailable("sign-in database");
}

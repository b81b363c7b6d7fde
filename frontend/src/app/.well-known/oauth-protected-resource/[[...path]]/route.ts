import { proxied } from "@/features/auth/server/gateway";

export const dynamic = "force-dynamic";

export { proxied as DELETE, proxied as GET, proxied as HEAD, proxied as OPTIONS, proxied as PATCH, proxied as POST, proxied as PUT };

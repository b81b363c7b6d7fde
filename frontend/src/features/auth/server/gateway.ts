import { settings } from "@/config/settings";
import { forward } from "@/lib/gateway/forward";
import { sessions } from "./sessions";

/** Every method of a path that belongs to a service. */
export function proxied(request: Request): Promise<Response> {
  const { services, baseUrl } = settings();
  return forward(request, { services, origin: new URL(baseUrl).origin, sessions });
}

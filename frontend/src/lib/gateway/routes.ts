import type { Services } from "@/config/settings";

export interface Target {
  readonly service: keyof Services;
  readonly url: URL;
}

/** First segment after `/api/{user}`; whatever is not listed belongs to the task service. */
const OWNERS: Readonly<Record<string, keyof Services>> = {
  stream: "notification",
  notifications: "notification",
  reminders: "notification",
  "push-subscriptions": "notification",
  webhooks: "notification",
  chat: "chat",
  recurrence: "recurring",
  series: "recurring",
};

function owner(pathname: string): keyof Services {
  const [first, , resource = ""] = pathname.split("/").filter(Boolean);
  if (first === "chatkit") return "chat";
  if (first === "mcp" || first === ".well-known") return "mcp";
  return Object.hasOwn(OWNERS, resource) ? OWNERS[resource]! : "task";
}

/** The service behind a public path. Path and query are passed on as they came, never decoded. */
export function route(request: URL, services: Services): Target {
  const service = owner(request.pathname);
  const base = new URL(services[service]);
  const path = request.pathname === "/mcp" ? base.pathname : request.pathname;
  const prefix = service === "mcp" ? "" : base.pathname.replace(/\/$/, "");
  return { service, url: new URL(`${base.origin}${prefix}${path}${request.search}`) };
}

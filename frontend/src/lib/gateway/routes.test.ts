import { describe, expect, it } from "vitest";
import { route } from "./routes";

const services = {
  task: "http://task:1",
  recurring: "http://recurring:2",
  notification: "http://notification:3",
  chat: "http://chat:5",
  mcp: "http://mcp:4/mcp",
};

describe("route", () => {
  it.each([
    ["/api/me/tasks?status=open&q=a%2Fb", "http://task:1/api/me/tasks?status=open&q=a%2Fb"],
    ["/api/me", "http://task:1/api/me"],
    ["/api/me/settings", "http://task:1/api/me/settings"],
    ["/api/me/constructor", "http://task:1/api/me/constructor"],
    ["/api/chat/tasks", "http://task:1/api/chat/tasks"],
    ["/api/me/stream", "http://notification:3/api/me/stream"],
    ["/api/me/notifications/7", "http://notification:3/api/me/notifications/7"],
    ["/api/me/reminders/7/snooze", "http://notification:3/api/me/reminders/7/snooze"],
    ["/api/me/chat", "http://chat:5/api/me/chat"],
    ["/api/me/chat/approvals/7", "http://chat:5/api/me/chat/approvals/7"],
    ["/chatkit", "http://chat:5/chatkit"],
    ["/api/me/recurrence/preview", "http://recurring:2/api/me/recurrence/preview"],
    ["/api/me/series/7", "http://recurring:2/api/me/series/7"],
    ["/mcp", "http://mcp:4/mcp"],
    ["/.well-known/oauth-protected-resource/mcp", "http://mcp:4/.well-known/oauth-protected-resource/mcp"],
  ])("%s goes to %s", (path, target) => {
    expect(route(new URL(path, "http://localhost:3000"), services).url.href).toBe(target);
  });
});

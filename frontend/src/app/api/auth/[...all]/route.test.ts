import { beforeEach, describe, expect, it, vi } from "vitest";
import { POST } from "./route";

const handler = vi.hoisted(() => vi.fn(async () => new Response("{}")));
vi.mock("@/features/auth/server/auth", () => ({
  authentication: () => ({ auth: { handler }, database: { ready: async () => true } }),
}));

const url = "http://localhost:3000/api/auth/sign-up/email";
beforeEach(() => handler.mockClear());

describe("a body of sign-in", () => {
  it.each([
    ["too long", { "Content-Length": "70000" }],
    ["of a length it does not say", { "Transfer-Encoding": "chunked" }],
  ])("%s is refused unread", async (_, headers) => {
    const response = await POST(new Request(url, { method: "POST", headers: headers as HeadersInit, body: "{}" }));
    expect(response.status).toBe(413);
    expect(handler).not.toHaveBeenCalled();
  });

  it("of everyday size passes", async () => {
    const headers = { "Content-Length": "2" };
    expect((await POST(new Request(url, { method: "POST", headers, body: "{}" }))).status).toBe(200);
  });
});

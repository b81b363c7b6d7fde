import http, { type IncomingMessage, type RequestListener } from "node:http";
import { describe, expect, it, vi } from "vitest";
import { bodyOf, loopbacks, unusedAddress, type Loopback } from "@/testing/loopback";
import { send, Unreachable } from "./upstream";

const service = loopbacks();

const repeat: RequestListener = async (incoming, response) => response.end(await bodyOf(incoming));

/** Closes the connection of the first request unanswered, as one that ends; the next gets its body back. */
function ending(): Promise<Loopback> {
  let first = true;
  return service(async (incoming, response) => {
    if (!first) return repeat(incoming, response);
    first = false;
    await bodyOf(incoming);
    incoming.socket.destroy();
  });
}

function call(url: string, method: string, headers: http.OutgoingHttpHeaders = {}): Promise<IncomingMessage> {
  const body = method === "GET" ? null : new Response("whole").body;
  const framed = body ? { "content-length": "5", ...headers } : headers;
  return send({ url: new URL(url), method, headers: framed, body, bodyLimit: 5, signal: new AbortController().signal });
}

describe("a service on its way out", () => {
  it("is asked once more where that is harmless", async () => {
    const task = await ending();
    expect((await call(task.url, "GET")).statusCode).toBe(200);
    expect(task.requests).toHaveLength(2);
  });

  it.each(["POST", "PATCH"])("gets a %s with a key again, whole", async (method) => {
    const task = await ending();
    expect(await bodyOf(await call(task.url, method, { "idempotency-key": "k1" }))).toBe("whole");
    expect(task.requests).toHaveLength(2);
  });

  it.each(["POST", "PATCH", "DELETE"])("does not get a %s twice that may have had its effect", async (method) => {
    const task = await ending();
    await expect(call(task.url, method)).rejects.toThrow(Unreachable);
    expect(task.requests).toHaveLength(1);
  });

  it("that no longer listens is asked once more, whatever was asked: nothing was sent", async () => {
    const task = await service(repeat);
    const nowhere = new URL(await unusedAddress());
    const open = http.request;
    const opened = vi.spyOn(http, "request").mockImplementationOnce((_url, options) => open(nowhere, options as object));
    expect(await bodyOf(await call(task.url, "POST"))).toBe("whole");
    expect(opened).toHaveBeenCalledTimes(2);
  });

  it("is not asked a third time", async () => {
    const task = await service((incoming) => incoming.socket.destroy());
    await expect(call(task.url, "GET")).rejects.toThrow(Unreachable);
    expect(task.requests).toHaveLength(2);
  });
});

import type { RequestListener, ServerResponse } from "node:http";
import { describe, expect, it, vi } from "vitest";
import { bodyOf, loopbacks, unusedAddress } from "@/testing/loopback";
import { BODY_LIMIT, forward, type Gateway, type Sessions } from "./forward";

const ORIGIN = "http://localhost:3000";
const service = loopbacks();

const signedIn = (): Sessions => ({
  cookie: (headers) => /session=(\w+)/.exec(headers.get("cookie") ?? "")?.[1],
  token: vi.fn(async () => "minted"),
  forget: vi.fn(),
});

function gateway(task: string, sessions = signedIn()): Gateway {
  const nowhere = "http://127.0.0.1:9";
  const services = { task, recurring: nowhere, notification: task, chat: task, mcp: `${task}/mcp` };
  return { services, origin: ORIGIN, sessions };
}

function request(path: string, init: RequestInit = {}): Request {
  return new Request(`${ORIGIN}${path}`, { ...init, ...(init.body ? { duplex: "half" } : {}) } as RequestInit);
}

const ok: RequestListener = (_, response) => response.end("{}");
const cookie = { Cookie: "session=s1" };

describe("identity", () => {
  it("adds the session's token and keeps the cookie to itself", async () => {
    const task = await service(ok);
    await forward(request("/api/me/tasks?status=open", { headers: cookie }), gateway(task.url));
    expect(task.requests[0]?.url).toBe("/api/me/tasks?status=open");
    expect(task.requests[0]?.headers.authorization).toBe("Bearer minted");
    expect(task.requests[0]?.headers.cookie).toBeUndefined();
  });

  it("leaves a token that came along alone, and the cookie unused", async () => {
    const task = await service(ok);
    const sessions = signedIn();
    const headers = { ...cookie, Authorization: "Bearer own" };
    await forward(request("/api/me/tasks", { method: "POST", headers, body: "{}" }), gateway(task.url, sessions));
    expect(task.requests[0]?.headers.authorization).toBe("Bearer own");
    expect(sessions.token).not.toHaveBeenCalled();
  });

  it("passes a stranger on without a token: the service refuses", async () => {
    const task = await service((_, response) => response.writeHead(401).end());
    expect((await forward(request("/api/me/tasks"), gateway(task.url))).status).toBe(401);
    expect(task.requests[0]?.headers.authorization).toBeUndefined();
  });

  it("forgets a token that a service refuses", async () => {
    const task = await service((_, response) => response.writeHead(401).end());
    const sessions = signedIn();
    await forward(request("/api/me/tasks", { headers: cookie }), gateway(task.url, sessions));
    expect(sessions.forget).toHaveBeenCalledWith("s1");
  });

  it("answers 503 when the session cannot be looked up", async () => {
    const task = await service(ok);
    const sessions = { ...signedIn(), token: () => Promise.reject(new Error("database away")) };
    const response = await forward(request("/api/me/tasks", { headers: cookie }), gateway(task.url, sessions));
    expect(response.status).toBe(503);
    expect(task.requests).toHaveLength(0);
  });
});

describe("cross-site requests by cookie", () => {
  const cases: [string, Record<string, string>, number][] = [
    ["from this origin", { Origin: ORIGIN }, 200],
    ["from this site, said by the browser", { "Sec-Fetch-Site": "same-origin" }, 200],
    ["from another origin", { Origin: "https://evil.example" }, 403],
    ["from an opaque origin", { Origin: "null" }, 403],
    ["cross-site", { "Sec-Fetch-Site": "cross-site" }, 403],
    ["same-site but another origin", { "Sec-Fetch-Site": "same-site" }, 403],
    ["that contradict themselves", { Origin: ORIGIN, "Sec-Fetch-Site": "cross-site" }, 403],
    ["that say nothing", {}, 403],
  ];

  it.each(cases)("changes %s", async (_, headers, status) => {
    const task = await service(ok);
    const sent = request("/api/me/tasks", { method: "POST", headers: { ...cookie, ...headers }, body: "{}" });
    const response = await forward(sent, gateway(task.url));
    expect(response.status).toBe(status);
    expect(task.requests).toHaveLength(status === 200 ? 1 : 0);
    if (status === 403) expect(response.headers.get("content-type")).toBe("application/problem+json");
  });

  it("lets them read", async () => {
    const task = await service(ok);
    const headers = { ...cookie, "Sec-Fetch-Site": "cross-site" };
    expect((await forward(request("/api/me/tasks", { headers }), gateway(task.url))).status).toBe(200);
  });
});

describe("headers", () => {
  it("drops what belongs to a hop or could be a forgery", async () => {
    const task = await service(ok);
    const headers = {
      ...cookie,
      "dapr-caller-app-id": "task",
      "dapr-api-token": "x",
      "x-forwarded-for": "6.6.6.6",
      "x-hop": "1",
      connection: "x-hop",
      "if-match": '"3"',
    };
    await forward(request("/api/me/tasks", { headers }), gateway(task.url));
    const received = task.requests[0]!.headers;
    for (const name of ["dapr-caller-app-id", "dapr-api-token", "x-forwarded-for", "x-hop"]) {
      expect(received[name]).toBeUndefined();
    }
    expect(received["if-match"]).toBe('"3"');
  });

  it("hands back status and headers, but no cookie", async () => {
    const task = await service((_, response) => {
      response.writeHead(201, { ETag: '"1"', Location: "/api/u/tasks/1", "Set-Cookie": "a=b", "Retry-After": "3" });
      response.end("{}");
    });
    const response = await forward(request("/api/me/tasks", { headers: cookie }), gateway(task.url));
    expect(response.status).toBe(201);
    expect(response.headers.get("etag")).toBe('"1"');
    expect(response.headers.get("retry-after")).toBe("3");
    expect(response.headers.get("set-cookie")).toBeNull();
  });

  it("hands back an answer without a body", async () => {
    const task = await service((_, response) => response.writeHead(204).end());
    const headers = { ...cookie, Origin: ORIGIN };
    const response = await forward(request("/api/me/tasks/1", { method: "DELETE", headers }), gateway(task.url));
    expect(response.status).toBe(204);
    expect(response.body).toBeNull();
  });
});

describe("bodies", () => {
  const post = (body: BodyInit, extra: Record<string, string> = {}) =>
    request("/api/me/tasks", { method: "POST", headers: { ...cookie, Origin: ORIGIN, ...extra }, body });

  it("pass whole up to the limit", async () => {
    const task = await service(async (incoming, response) => response.end(String((await bodyOf(incoming)).length)));
    const response = await forward(post("x".repeat(BODY_LIMIT)), gateway(task.url));
    expect(await response.text()).toBe(String(BODY_LIMIT));
  });

  it("over the limit are refused by their length, unread", async () => {
    const task = await service(ok);
    const body = "x".repeat(BODY_LIMIT + 1);
    const response = await forward(post(body, { "Content-Length": String(body.length) }), gateway(task.url));
    expect(response.status).toBe(413);
    expect(task.requests).toHaveLength(0);
  });

  it("that do not say their length are refused where they pass the limit", async () => {
    const task = await service(async (incoming, response) => response.end(await bodyOf(incoming).catch(() => "cut")));
    const chunk = new Uint8Array(64 * 1024);
    let left = 6;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => (left-- > 0 ? controller.enqueue(chunk) : controller.close()),
    });
    expect((await forward(post(body), gateway(task.url))).status).toBe(413);
  });

  // Next keeps no body of a GET; a length without it would make the service take the next request for one.
  it.each(["GET", "HEAD"])("of a %s are dropped with their length", async (method) => {
    const task = await service(ok);
    const headers = { ...cookie, "Content-Length": "70", "Content-Type": "application/json" };
    await forward(request("/api/me/tasks", { method, headers }), gateway(task.url));
    expect(task.requests[0]!.headers["content-length"]).toBeUndefined();
    expect(task.requests[0]!.headers["content-type"]).toBeUndefined();
  });

  it.each(["POST", "PATCH", "DELETE"])("of a %s that does not say its length are framed", async (method) => {
    const task = await service(async (incoming, response) => response.end(await bodyOf(incoming)));
    const smuggled = "GET /api/me/tasks HTTP/1.1\r\nHost: x\r\n\r\n";
    const headers = { ...cookie, Origin: ORIGIN };
    const response = await forward(request("/api/me/tasks", { method, headers, body: smuggled }), gateway(task.url));
    expect(await response.text()).toBe(smuggled);
    expect(task.requests.map((each) => each.method)).toEqual([method]);
  });

  it.each(["POST", "DELETE"])("of a %s that are empty are none", async (method) => {
    const task = await service(ok);
    const body = new ReadableStream({ start: (controller) => controller.close() });
    await forward(request("/api/me/tasks", { method, headers: { ...cookie, Origin: ORIGIN }, body }), gateway(task.url));
    expect(task.requests[0]!.headers["transfer-encoding"]).toBeUndefined();
    expect(task.requests[0]!.headers["content-length"]).toBe("0");
  });

  it("reach the service before they are complete", async () => {
    let first: (text: string) => void;
    const arrived = new Promise<string>((resolve) => (first = resolve));
    const task = await service((incoming, response) => {
      incoming.once("data", (chunk: Buffer) => first(chunk.toString()));
      incoming.on("end", () => response.end("done"));
    });
    let finish = () => {};
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("first"));
        finish = () => controller.close();
      },
    });
    const answer = forward(post(body), gateway(task.url));
    expect(await arrived).toBe("first");
    finish();
    expect(await (await answer).text()).toBe("done");
  });
});

describe("streams", () => {
  const events = { "Content-Type": "text/event-stream", "Cache-Control": "no-cache, no-transform" };
  const decode = (value: Uint8Array | undefined) => new TextDecoder().decode(value);

  it("begin at once and hand on each event when it comes", async () => {
    let upstream!: ServerResponse;
    const task = await service((_, response) => {
      upstream = response.writeHead(200, events);
      upstream.flushHeaders();
    });
    const response = await forward(request("/api/me/stream", { headers: cookie }), gateway(task.url));
    const reader = response.body!.getReader();
    expect(decode((await reader.read()).value)).toBe(":\n\n");
    for (const text of ["event: task\ndata: 1\n\n", "event: task\ndata: 2\n\n"]) {
      upstream.write(text);
      expect(decode((await reader.read()).value)).toBe(text);
    }
    upstream.end();
    expect((await reader.read()).done).toBe(true);
  });

  it("are asked for uncompressed, so that they can be flushed", async () => {
    const task = await service((_, response) => response.writeHead(200, events).end());
    const headers = { ...cookie, "Accept-Encoding": "gzip, br" };
    await forward(request("/api/me/stream", { headers }), gateway(task.url));
    expect(task.requests[0]?.headers["accept-encoding"]).toBe("identity");
  });

  it("end at the service when the client goes away", async () => {
    let closed!: () => void;
    const gone = new Promise<void>((resolve) => (closed = resolve));
    const task = await service((_, response) => {
      response.writeHead(200, events).write("data: 1\n\n");
      response.on("close", closed);
    });
    const client = new AbortController();
    const sent = request("/api/me/stream", { headers: cookie, signal: client.signal });
    const response = await forward(sent, gateway(task.url));
    await response.body!.getReader().read();
    client.abort();
    await gone;
  });

  it("end at the service when nobody reads them any more", async () => {
    let closed!: () => void;
    const gone = new Promise<void>((resolve) => (closed = resolve));
    const task = await service((_, response) => {
      response.writeHead(200, events).write("data: 1\n\n");
      response.on("close", closed);
    });
    const response = await forward(request("/api/me/stream", { headers: cookie }), gateway(task.url));
    await response.body!.cancel();
    await gone;
  });

  it("break off visibly when the service does", async () => {
    const task = await service((_, response) => {
      response.writeHead(200, events).write("data: 1\n\n", () => response.destroy());
    });
    const response = await forward(request("/api/me/stream", { headers: cookie }), gateway(task.url));
    await expect(response.text()).rejects.toThrow();
  });
});

describe("a service that is away", () => {
  it("is a 503 problem that says when to try again", async () => {
    const response = await forward(request("/api/me/tasks", { headers: cookie }), gateway(await unusedAddress()));
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("2");
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ status: 503, title: "Service Unavailable" });
  });

  it("is the same when it goes away before it answers", async () => {
    const task = await service((incoming) => incoming.socket.destroy());
    expect((await forward(request("/api/me/tasks", { headers: cookie }), gateway(task.url))).status).toBe(503);
  });
});

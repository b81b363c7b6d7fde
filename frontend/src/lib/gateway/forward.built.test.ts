import http, { type IncomingMessage, type ServerResponse } from "node:http";
import { createGunzip } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBuilt, type BuiltServer } from "@/testing/built-server";
import { loopback, type Loopback } from "@/testing/loopback";

const IDLE_MS = 60_000;

let service: Loopback;
let web: BuiltServer;
let respond: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  service = await loopback((request, response) => respond(request, response));
  web = await startBuilt(service.url);
});
afterAll(async () => {
  await web?.stop();
  await service?.close();
});

/** A browser's request: it takes compressed answers. */
function get(path: string): Promise<{ response: IncomingMessage; request: http.ClientRequest }> {
  const headers = { "Accept-Encoding": "gzip", Authorization: "Bearer own" };
  return new Promise((resolve, reject) => {
    const request = http.get(web.url + path, { headers }, (response) => resolve({ response, request }));
    request.on("error", reject);
  });
}

function text(response: IncomingMessage): AsyncIterator<string> {
  const plain = response.headers["content-encoding"] === "gzip" ? response.pipe(createGunzip({ flush: 2, finishFlush: 2 })) : response;
  plain.setEncoding("utf8");
  return plain[Symbol.asyncIterator]() as AsyncIterator<string>;
}

async function until(chunks: AsyncIterator<string>, wanted: string): Promise<void> {
  for (let seen = ""; !seen.includes(wanted); ) {
    const { value, done } = await chunks.next();
    if (done) throw new Error(`ended after ${JSON.stringify(seen)}`);
    seen += value;
  }
}

describe.each([
  ["compressed on the way", {}],
  ["marked no-transform", { "Cache-Control": "no-cache, no-transform" }],
])("a stream %s", (_, extra) => {
  it("shows its first byte at once, each event at once, and lives through 60 s of silence", async () => {
    let upstream!: ServerResponse;
    respond = (_request, response) => {
      upstream = response.writeHead(200, { "Content-Type": "text/event-stream", ...extra });
      upstream.flushHeaders();
    };
    const { response, request } = await get("/api/me/stream");
    const chunks = text(response);
    await until(chunks, ":\n\n");
    upstream.write("data: first\n\n");
    await until(chunks, "data: first\n\n");
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    upstream.write("data: second\n\n");
    await until(chunks, "data: second\n\n");
    const closed = new Promise<void>((resolve) => upstream.on("close", resolve));
    request.destroy();
    await closed;
  });
});

describe("the built server", () => {
  it("compresses what is not a stream", async () => {
    respond = (_request, response) => response.setHeader("Content-Type", "application/json").end(JSON.stringify("x".repeat(9999)));
    const { response } = await get("/api/me/tasks");
    expect(response.headers["content-encoding"]).toBe("gzip");
    await until(text(response), "xxx");
  });

  it("sends each page a policy of its own, without inline code but its nonce", async () => {
    const pages = await Promise.all([1, 2].map(() => fetch(`${web.url}/nowhere`)));
    const policies = pages.map(({ headers }) => headers.get("content-security-policy") ?? "");
    expect(new Set(policies).size).toBe(2);
    for (const policy of policies) expect(policy).not.toMatch(/unsafe/);
    const html = await pages[0]!.text();
    const nonce = /'nonce-([^']+)'/.exec(policies[0]!)?.[1];
    const scripts = html.match(/<script[^>]*>/g) ?? [];
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`);
    expect(html).not.toMatch(/ style="/);
  });

  it("refuses a body over the limit", async () => {
    const response = await fetch(`${web.url}/api/me/tasks`, {
      method: "POST",
      headers: { Authorization: "Bearer own" },
      body: "x".repeat(256 * 1024 + 1),
    });
    expect(response.status).toBe(413);
  });

  it("is alive without its database, but not ready", async () => {
    expect((await fetch(`${web.url}/livez`)).status).toBe(200);
    expect((await fetch(`${web.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${web.url}/api/auth/jwks`)).status).toBe(503);
  });

  it("ends within seconds of being told to, whatever streams are open", async () => {
    const other = await startBuilt(service.url);
    respond = (_request, response) => response.writeHead(200, { "Content-Type": "text/event-stream" }).flushHeaders();
    const headers = { Authorization: "Bearer own" };
    const stream = await fetch(`${other.url}/api/me/stream`, { headers });
    const began = Date.now();
    await other.stop();
    expect(Date.now() - began).toBeLessThan(8_000);
    await stream.body?.cancel().catch(() => undefined);
  });
});

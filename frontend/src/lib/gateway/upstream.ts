import http, { type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import https from "node:https";
import { pipeline } from "node:stream/promises";
import { limited } from "./streams";

/** uvicorn closes idle connections after 5 s; letting go first avoids writing into a closing one. */
const IDLE_MS = 4_000;
const agents = {
  "http:": new http.Agent({ keepAlive: true, timeout: IDLE_MS, maxFreeSockets: 64 }),
  "https:": new https.Agent({ keepAlive: true, timeout: IDLE_MS, maxFreeSockets: 64 }),
};

const CONNECT_MS = 5_000;
/** Until the answer begins; a model may think long before a reply that is not streamed. */
const ANSWER_MS = 120_000;

export interface Call {
  readonly url: URL;
  readonly method: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: ReadableStream<Uint8Array> | null;
  readonly bodyLimit: number;
  readonly signal: AbortSignal;
}

/** No answer came: nothing listens, or it went away before it answered. */
export class Unreachable extends Error {}

function watch(request: http.ClientRequest): void {
  const answer = setTimeout(() => request.destroy(new Error("no answer in time")), ANSWER_MS);
  const done = () => clearTimeout(answer);
  request.once("response", done).once("close", done);
  request.once("socket", (socket) => {
    if (!socket.connecting) return;
    const connect = setTimeout(() => request.destroy(new Error("no connection in time")), CONNECT_MS);
    const connected = () => clearTimeout(connect);
    socket.once("connect", connected).once("close", connected);
  });
}

function attempt({ url, method, headers, body, bodyLimit, signal }: Call): Promise<IncomingMessage> {
  const { request: open } = url.protocol === "https:" ? https : http;
  const agent = agents[url.protocol as keyof typeof agents];
  return new Promise((resolve, reject) => {
    const request = open(url, { method, headers, agent, signal });
    watch(request);
    request.once("response", resolve);
    request.once("error", (cause) => {
      const stale = request.reusedSocket && (cause as NodeJS.ErrnoException).code === "ECONNRESET";
      reject(new Unreachable(stale ? "stale" : "unreachable", { cause }));
    });
    if (body) pipeline(limited(body, bodyLimit), request).catch(reject);
    else request.end();
  });
}

/**
 * Sends one request and answers as soon as the response begins. A kept connection that had been closed
 * meanwhile is tried once more, only where repeating cannot change anything.
 * @throws Unreachable, BodyTooLarge
 */
export async function send(call: Call): Promise<IncomingMessage> {
  try {
    return await attempt(call);
  } catch (error) {
    const repeatable = call.body === null && (call.method === "GET" || call.method === "HEAD");
    if (repeatable && error instanceof Unreachable && error.message === "stale") return attempt(call);
    throw error;
  }
}

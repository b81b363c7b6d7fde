import http, { type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import https from "node:https";
import { pipeline } from "node:stream/promises";
import { limited, replayable } from "./streams";

/** Shorter than a service keeps an idle connection, also one that drains before it ends: none closes under us. */
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
export class Unreachable extends Error {
  constructor(
    /** Whether a connection was there to send it on. */
    readonly sent: boolean,
    cause: Error,
  ) {
    super("unreachable", { cause });
  }
}

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

function attempt({ url, method, headers, signal }: Call, body: AsyncIterable<Uint8Array> | null): Promise<IncomingMessage> {
  const { request: open } = url.protocol === "https:" ? https : http;
  const agent = agents[url.protocol as keyof typeof agents];
  return new Promise((resolve, reject) => {
    const request = open(url, { method, headers, agent, signal });
    // Node sends the body of a DELETE unframed otherwise: the service would take it for the next request.
    if (body) request.useChunkedEncodingByDefault = true;
    watch(request);
    let sent = false;
    request.once("socket", (socket) => {
      sent = !socket.connecting;
      socket.once("connect", () => (sent = true));
    });
    request.once("response", resolve);
    request.once("error", (cause) => reject(new Unreachable(sent, cause)));
    if (body) pipeline(body, request).catch(reject);
    else request.end();
  });
}

const LOST = new Set(["ECONNRESET", "EPIPE"]);

/** Whether sending it again cannot do twice what it asks for (RFC 9110 section 9.2.2, or a key that says so). */
function repeatable({ method, headers, signal }: Call, error: unknown): boolean {
  if (!(error instanceof Unreachable) || signal.aborted) return false;
  if (!error.sent) return true;
  const harmless = method === "GET" || method === "HEAD" || headers["idempotency-key"] !== undefined;
  return harmless && LOST.has(String((error.cause as NodeJS.ErrnoException).code));
}

/**
 * Sends one request and answers as soon as the response begins. One that met a service on its way out, which had
 * stopped listening or closed the connection, is sent once more where that is harmless.
 * @throws Unreachable, BodyTooLarge
 */
export async function send(call: Call): Promise<IncomingMessage> {
  const body = call.body && replayable(limited(call.body, call.bodyLimit));
  try {
    return await attempt(call, body);
  } catch (error) {
    if (repeatable(call, error)) return attempt(call, body);
    throw error;
  }
}

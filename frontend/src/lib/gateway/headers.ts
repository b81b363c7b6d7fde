import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** RFC 9110 section 7.6.1, and the older names still met. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

// Cookies stop here: services know tokens only.
const NOT_UPSTREAM = new Set([...HOP_BY_HOP, "cookie", "host", "expect", "accept-encoding", "forwarded"]);
// Sidecars and this server speak to each other by these; from a client they would be forgeries.
const INTERNAL = /^(dapr-|x-middleware-|x-nextjs-|x-forwarded-|x-invoke-|x-matched-path$)/;

/**
 * Next hands over no body of a GET or HEAD. A length without its body would make the service take the start
 * of the next request on the same connection, somebody else's perhaps, for the body of this one.
 */
const OF_A_BODY = new Set(["content-length", "content-type", "content-encoding"]);

const NOT_DOWNSTREAM = new Set([...HOP_BY_HOP, "set-cookie", "server", "date"]);

function namedByConnection(connection: string | null | undefined): Set<string> {
  return new Set((connection ?? "").toLowerCase().split(",").map((name) => name.trim()));
}

/** What a service receives: the client's headers without what belongs to this hop, plus the session's token. */
export function upstreamHeaders({ headers, body }: Request, token: string | undefined): OutgoingHttpHeaders {
  const dropped = namedByConnection(headers.get("connection"));
  const outgoing: OutgoingHttpHeaders = {};
  headers.forEach((value, name) => {
    if (NOT_UPSTREAM.has(name) || dropped.has(name) || INTERNAL.test(name)) return;
    if (body || !OF_A_BODY.has(name)) outgoing[name] = value;
  });
  if (token) outgoing.authorization = `Bearer ${token}`;
  // Compressing is this server's business; a compressed stream from a service could not be flushed by us.
  outgoing["accept-encoding"] = "identity";
  return outgoing;
}

export function downstreamHeaders(incoming: IncomingHttpHeaders): Headers {
  const dropped = namedByConnection(incoming.connection);
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming)) {
    if (value === undefined || NOT_DOWNSTREAM.has(name) || dropped.has(name) || name.startsWith("dapr-")) continue;
    for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one);
  }
  return headers;
}

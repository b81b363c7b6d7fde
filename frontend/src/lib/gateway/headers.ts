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

// Cookies stop here: services know tokens only. A length is kept or dropped with the body, by forward().
const NOT_UPSTREAM = new Set([...HOP_BY_HOP, "cookie", "host", "expect", "accept-encoding", "forwarded"]);
// Sidecars and this server speak to each other by these; from a client they would be forgeries.
const INTERNAL = /^(dapr-|x-middleware-|x-nextjs-|x-forwarded-|x-invoke-|x-matched-path$)/;

const NOT_DOWNSTREAM = new Set([...HOP_BY_HOP, "set-cookie", "server", "date"]);

function namedByConnection(connection: string | null | undefined): Set<string> {
  return new Set((connection ?? "").toLowerCase().split(",").map((name) => name.trim()));
}

/** What a service receives: the client's headers without what belongs to this hop, plus the session's token. */
export function upstreamHeaders(incoming: Headers, token: string | undefined): OutgoingHttpHeaders {
  const dropped = namedByConnection(incoming.get("connection"));
  const outgoing: OutgoingHttpHeaders = {};
  incoming.forEach((value, name) => {
    if (!NOT_UPSTREAM.has(name) && !dropped.has(name) && !INTERNAL.test(name)) outgoing[name] = value;
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

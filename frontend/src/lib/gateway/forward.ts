import type { IncomingMessage } from "node:http";
import type { Services } from "@/config/settings";
import { downstreamHeaders, upstreamHeaders } from "./headers";
import { mayActByCookie } from "./origin";
import { forbidden, tooLarge, unavailable } from "./problems";
import { route } from "./routes";
import { BodyTooLarge, responseBody } from "./streams";
import { send } from "./upstream";

export const BODY_LIMIT = 256 * 1024;

/** Who a request comes from when it brings no token of its own. */
export interface Sessions {
  /** The session named by the request's cookie, not yet checked; undefined without a cookie. */
  cookie(headers: Headers): string | undefined;
  /** The session's token; undefined when the session is over. Throws when that cannot be found out. */
  token(session: string, headers: Headers): Promise<string | undefined>;
  forget(session: string): void;
}

export interface Gateway {
  readonly services: Services;
  readonly origin: string;
  readonly sessions: Sessions;
}

type Caller = { session?: string; token?: string } | Response;

async function identify(request: Request, { sessions, origin }: Gateway): Promise<Caller> {
  if (request.headers.has("authorization")) return {};
  const session = sessions.cookie(request.headers);
  if (session === undefined) return {};
  if (!mayActByCookie(request.method, request.headers, origin)) return forbidden();
  try {
    return { session, token: await sessions.token(session, request.headers) };
  } catch {
    return unavailable("sign-in");
  }
}

function answer(upstream: IncomingMessage, method: string): Response {
  const status = upstream.statusCode ?? 502;
  const empty = method === "HEAD" || status === 204 || status === 205 || status === 304;
  if (empty) upstream.resume();
  return new Response(empty ? null : responseBody(upstream), { status, headers: downstreamHeaders(upstream.headers) });
}

/** Sends a browser's or client's request to the service that owns its path and streams the answer back. */
export async function forward(request: Request, gateway: Gateway): Promise<Response> {
  if (Number(request.headers.get("content-length") ?? 0) > BODY_LIMIT) return tooLarge(BODY_LIMIT);
  const caller = await identify(request, gateway);
  if (caller instanceof Response) return caller;
  const target = route(new URL(request.url), gateway.services);
  try {
    const upstream = await send({
      url: target.url,
      method: request.method,
      headers: upstreamHeaders(request, caller.token),
      body: request.body,
      bodyLimit: BODY_LIMIT,
      signal: request.signal,
    });
    // Keys may have been replaced: the next request gets a fresh token.
    if (upstream.statusCode === 401 && caller.session) gateway.sessions.forget(caller.session);
    return answer(upstream, request.method);
  } catch (error) {
    return error instanceof BodyTooLarge ? tooLarge(BODY_LIMIT) : unavailable(target.service);
  }
}

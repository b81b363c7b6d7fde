/** RFC 9457 problem details, the shape of every error the proxy itself makes. */
export function problem(status: number, title: string, detail: string, headers: HeadersInit = {}): Response {
  const body = JSON.stringify({ type: "about:blank", title, status, detail });
  const merged = new Headers(headers);
  merged.set("Content-Type", "application/problem+json");
  merged.set("Cache-Control", "no-store");
  return new Response(body, { status, headers: merged });
}

export const forbidden = () =>
  problem(403, "Forbidden", "A request that changes something must come from this site, or carry its own token.");

export const tooLarge = (limit: number) =>
  problem(413, "Content Too Large", `A body may have at most ${limit} bytes.`);

export const unavailable = (service: string) =>
  problem(503, "Service Unavailable", `The ${service} service does not answer. It is safe to try again shortly.`, {
    "Retry-After": "2",
  });

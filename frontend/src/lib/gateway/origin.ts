const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Whether a request authenticated by cookie may act. One that changes something must show by Origin or
 * Sec-Fetch-Site, which pages cannot forge, that it comes from this site; showing neither is a refusal.
 */
export function mayActByCookie(method: string, headers: Headers, ownOrigin: string): boolean {
  if (SAFE.has(method)) return true;
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  if (origin === null && site === null) return false;
  return (origin === null || origin === ownOrigin) && (site === null || site === "same-origin");
}

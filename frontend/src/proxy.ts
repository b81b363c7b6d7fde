import { NextResponse, type NextRequest } from "next/server";

function policy(nonce: string): string {
  const development = process.env.NODE_ENV === "development";
  return [
    "default-src 'self'",
    // React evaluates strings in development only, to rebuild server stacks.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    `style-src 'self' ${development ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Gives every page its content security policy; Next reads the nonce from the request's copy of it. */
export function proxy(request: NextRequest): NextResponse {
  const value = policy(Buffer.from(crypto.randomUUID()).toString("base64"));
  const headers = new Headers(request.headers);
  headers.set("Content-Security-Policy", value);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", value);
  return response;
}

// Pages only. Next buffers the body of what passes here, and the service paths must stream.
export const config = {
  matcher: ["/((?!api/|api$|chatkit|mcp|\\.well-known/|livez|readyz|_next/|.*\\.(?:svg|png|ico|webmanifest)$).*)"],
};

import { leaveFor } from "@/lib/navigation";

/** RFC 9457 problem details as the services send them; `errors` names fields. */
export interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly field?: string; readonly message?: string }[];
}

/** An answer other than 2xx. Status 0: no answer at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem = {},
  ) {
    super(sentence(status, problem));
    this.name = "ApiError";
  }
}

function sentence(status: number, { title, detail, errors }: Problem): string {
  if (status === 0) return title ?? "Todoku cannot be reached.";
  if (status === 429) return "Too many requests. Wait a moment and try again.";
  return errors?.[0]?.message || detail || title || `The server answered ${status}.`;
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

async function problemOf(response: Response): Promise<Problem> {
  if (!response.headers.get("content-type")?.includes("json")) return {};
  const body: unknown = await response.json().catch(() => undefined);
  return typeof body === "object" && body !== null ? body : {};
}

/** The session is over: only signing in again helps. Drafts are kept in the tab meanwhile. */
function leaveForSignIn(): void {
  if (typeof window !== "undefined") leaveFor("/sign-in");
}

/** @throws ApiError for every answer that is not 2xx, and when there is none; AbortError when aborted. */
export async function answered(request: Request): Promise<Response> {
  const response = await fetch(request).catch((error: unknown) => {
    if (request.signal.aborted) throw error;
    throw new ApiError(0);
  });
  if (response.ok) return response;
  if (response.status === 401) leaveForSignIn();
  throw new ApiError(response.status, await problemOf(response));
}

/** @throws as answered() */
export function send(method: string, path: string, { body, headers, signal }: RequestOptions = {}): Promise<Response> {
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const described = { Accept: "application/json", ...(sent !== undefined && { "Content-Type": "application/json" }), ...headers };
  return answered(new Request(path, { method, signal, headers: described, body: sent }));
}

export async function json<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(method, path, options);
  return (await response.json()) as T;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "Something went wrong.";
}

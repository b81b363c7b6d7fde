import createClient from "openapi-fetch";
import type { paths } from "./generated/task";
import { answered } from "./request";

/** Typed by the contract the task service exports; what is not a 2xx answer is thrown as ApiError. */
export const taskService = createClient<paths>({
  baseUrl: typeof window === "undefined" ? "" : window.location.origin,
  fetch: answered,
});

/** The signed-in person, as every path names them. */
export const MINE = { user_id: "me" } as const;

/** The body of an answer that has one. */
export async function dataOf<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  if (data === undefined) throw new Error("The server sent an empty answer.");
  return data;
}

import { json, send } from "@/lib/api/request";
import type { Task, TaskPage, View } from "./types";

const TASKS = "/api/me/tasks";
const PAGE = 100;
const SORT: Record<View, string> = { open: "due", done: "-updated" };

const path = (id: string) => `${TASKS}/${encodeURIComponent(id)}`;

export function listTasks(view: View, cursor?: string, signal?: AbortSignal): Promise<TaskPage> {
  const query = new URLSearchParams({ status: view, sort: SORT[view], limit: String(PAGE) });
  if (cursor) query.set("cursor", cursor);
  return json("GET", `${TASKS}?${query}`, { signal });
}

export const getTask = (id: string): Promise<Task> => json("GET", path(id));

/** `key` makes sending the same task again harmless: the service answers with the first result. */
export const createTask = (title: string, key: string): Promise<Task> =>
  json("POST", TASKS, { body: { title }, headers: { "Idempotency-Key": key } });

export const renameTask = (task: Task, title: string): Promise<Task> =>
  json("PATCH", path(task.id), { body: { title }, headers: { "If-Match": `"${task.version}"` } });

export const setCompleted = (task: Task, completed: boolean): Promise<Task> =>
  json("PATCH", `${path(task.id)}/complete`, { body: { completed } });

export async function deleteTask(task: Task): Promise<void> {
  await send("DELETE", path(task.id));
}

export const restoreTask = (task: Task, key: string): Promise<Task> =>
  json("POST", `${path(task.id)}/restore`, { headers: { "Idempotency-Key": key } });

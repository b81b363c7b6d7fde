import { dataOf, MINE, taskService } from "@/lib/api/task-service";
import type { Task, TaskPage, View } from "./types";

const PAGE = 100;
const SORT = { open: "due", done: "-updated" } as const;

const at = (id: string) => ({ ...MINE, id });
const unchangedSince = (task: Task) => ({ "If-Match": `"${task.version}"` });

export function listTasks(view: View, cursor?: string, signal?: AbortSignal): Promise<TaskPage> {
  const query = { status: view, sort: SORT[view], limit: PAGE, cursor };
  return dataOf(taskService.GET("/api/{user_id}/tasks", { params: { path: MINE, query }, signal }));
}

export const getTask = (id: string): Promise<Task> =>
  dataOf(taskService.GET("/api/{user_id}/tasks/{id}", { params: { path: at(id) } }));

/** `key` makes sending the same task again harmless: the service answers with the first result. */
export const createTask = (title: string, key: string): Promise<Task> => {
  const params = { path: MINE, header: { "Idempotency-Key": key } };
  return dataOf(taskService.POST("/api/{user_id}/tasks", { params, body: { title } }));
};

export const renameTask = (task: Task, title: string): Promise<Task> => {
  const params = { path: at(task.id), header: unchangedSince(task) };
  return dataOf(taskService.PATCH("/api/{user_id}/tasks/{id}", { params, body: { title } }));
};

export const setCompleted = (task: Task, completed: boolean): Promise<Task> => {
  const params = { path: at(task.id) };
  return dataOf(taskService.PATCH("/api/{user_id}/tasks/{id}/complete", { params, body: { completed } }));
};

export async function deleteTask(task: Task): Promise<void> {
  await taskService.DELETE("/api/{user_id}/tasks/{id}", { params: { path: at(task.id) } });
}

export const restoreTask = (task: Task, key: string): Promise<Task> => {
  const params = { path: at(task.id), header: { "Idempotency-Key": key } };
  return dataOf(taskService.POST("/api/{user_id}/tasks/{id}/restore", { params }));
};

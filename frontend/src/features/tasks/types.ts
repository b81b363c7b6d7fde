import type { components } from "@/lib/api/generated/task";

export type Task = components["schemas"]["TaskOut"];
export type TaskPage = components["schemas"]["TaskPage"];

export type View = "open" | "done";

/** Data of a `task` event on the live stream. */
export interface TaskChange {
  readonly id: string;
  readonly number: number;
  readonly version: number;
  readonly kind: string;
}

export interface Due {
  readonly date: string;
  readonly time: string | null;
  readonly timezone: string | null;
}

export interface Task {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly status: "open" | "done";
  readonly completed_at: string | null;
  readonly priority: "high" | "medium" | "low" | null;
  readonly tags: readonly string[];
  readonly due: Due | null;
  readonly due_at: string | null;
  readonly reminders: readonly object[];
  readonly recurrence: { readonly rule: string; readonly mode: string } | null;
  readonly version: number;
  readonly deleted_at: string | null;
}

export type View = "open" | "done";

export interface TaskPage {
  readonly items: readonly Task[];
  readonly next_cursor: string | null;
}

/** Data of a `task` event on the live stream. */
export interface TaskChange {
  readonly id: string;
  readonly number: number;
  readonly version: number;
  readonly kind: string;
}

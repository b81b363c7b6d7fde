import type { Task, View } from "./types";

/** What the board knows. `gone` holds the version at which a task was deleted, so that no late answer revives it. */
export interface TasksState {
  readonly phase: "loading" | "ready" | "failed";
  readonly problem?: string;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly gone: ReadonlyMap<string, number>;
  readonly cursor: string | null;
}

export const EMPTY: TasksState = { phase: "loading", tasks: new Map(), gone: new Map(), cursor: null };

export type Action =
  | { type: "loading" }
  | { type: "failed"; problem: string }
  | { type: "loaded"; items: readonly Task[]; cursor: string | null; fresh: boolean }
  | { type: "changed"; task: Task }
  | { type: "removed"; id: string; version: number };

function isNews(state: Pick<TasksState, "tasks" | "gone">, task: Task): boolean {
  const known = state.tasks.get(task.id);
  const gone = state.gone.get(task.id);
  return (known === undefined || task.version >= known.version) && (gone === undefined || task.version > gone);
}

function merge(state: TasksState, items: readonly Task[]): Pick<TasksState, "tasks" | "gone"> {
  const tasks = new Map(state.tasks);
  const gone = new Map(state.gone);
  for (const task of items) {
    if (!isNews({ tasks, gone }, task)) continue;
    if (task.deleted_at) {
      tasks.delete(task.id);
      gone.set(task.id, task.version);
    } else {
      tasks.set(task.id, task);
    }
  }
  return { tasks, gone };
}

/** A full reload forgets what the server no longer lists, but keeps anything newer than its answer. */
function reload(state: TasksState, items: readonly Task[]): Pick<TasksState, "tasks" | "gone"> {
  const kept = new Map(items.flatMap(({ id }) => (state.tasks.has(id) ? [[id, state.tasks.get(id)!]] : [])));
  return merge({ ...state, tasks: kept }, items);
}

export function reduce(state: TasksState, action: Action): TasksState {
  switch (action.type) {
    case "loading":
      return { ...state, phase: state.phase === "ready" ? "ready" : "loading", problem: undefined };
    case "failed":
      return { ...state, phase: state.tasks.size ? "ready" : "failed", problem: action.problem };
    case "loaded": {
      const merged = action.fresh ? reload(state, action.items) : merge(state, action.items);
      return { ...merged, phase: "ready", cursor: action.cursor };
    }
    case "changed":
      return { ...state, ...merge(state, [action.task]) };
    case "removed": {
      if ((state.tasks.get(action.id)?.version ?? 0) > action.version) return state;
      const tasks = new Map(state.tasks);
      tasks.delete(action.id);
      return { ...state, tasks, gone: new Map(state.gone).set(action.id, action.version) };
    }
  }
}

const LAST = "\uffff";
const instant = (value: string | null) => (value === null ? Number.POSITIVE_INFINITY : Date.parse(value));

function byDue(a: Task, b: Task): number {
  const date = (a.due?.date ?? LAST).localeCompare(b.due?.date ?? LAST);
  if (date !== 0 && (a.due_at === null || b.due_at === null)) return date;
  return instant(a.due_at) - instant(b.due_at) || a.number - b.number || 0;
}

const byCompletion = (a: Task, b: Task) => (b.completed_at ?? "").localeCompare(a.completed_at ?? "") || b.number - a.number;

/** The tasks of a view in its order; `lingering` ones stay a moment after they stop belonging to it. */
export function visible(state: TasksState, view: View, lingering: ReadonlySet<string>): Task[] {
  const shown = [...state.tasks.values()].filter((task) => task.status === view || lingering.has(task.id));
  return shown.sort(view === "open" ? byDue : byCompletion);
}

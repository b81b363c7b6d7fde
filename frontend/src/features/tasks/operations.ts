import type { Feedback } from "@/components/feedback";
import { ApiError, messageOf } from "@/lib/api/request";
import * as api from "./api";
import type { Action } from "./state";
import type { Task } from "./types";

export interface Surroundings extends Pick<Feedback, "toast" | "announce"> {
  readonly dispatch: (action: Action) => void;
  /** Keeps a task in view for a moment although it no longer belongs there. */
  readonly linger: (id: string) => void;
  /** Runs nothing while another change of the same task runs. */
  readonly alone: (id: string, work: () => Promise<void>) => Promise<void>;
}

/** What a person can do to a task. Each shows at once and is taken back if the server refuses. */
export function operations({ dispatch, toast, announce, linger, alone }: Surroundings) {
  function failed(what: string, error: unknown, retry: () => void): void {
    toast({ text: `${what}: ${messageOf(error)}`, tone: "danger", action: { label: "Try again", run: retry } });
  }

  function complete(task: Task, done: boolean): Promise<void> {
    return alone(task.id, async () => {
      linger(task.id);
      dispatch({ type: "changed", task: { ...task, status: done ? "done" : "open" } });
      try {
        dispatch({ type: "changed", task: await api.setCompleted(task, done) });
        announce(`${done ? "Completed" : "Reopened"}: ${task.title}`);
      } catch (error) {
        dispatch({ type: "changed", task });
        failed("Not saved", error, () => void complete(task, done));
      }
    });
  }

  async function restore(task: Task, key: string = crypto.randomUUID()): Promise<void> {
    try {
      dispatch({ type: "changed", task: await api.restoreTask(task, key) });
      announce(`Restored: ${task.title}`);
    } catch (error) {
      failed("Not restored", error, () => void restore(task, key));
    }
  }

  function remove(task: Task): Promise<void> {
    return alone(task.id, async () => {
      try {
        await api.deleteTask(task);
        dispatch({ type: "removed", id: task.id, version: task.version });
        const undo = { label: "Undo", run: () => void restore(task) };
        toast({ text: `Deleted “${task.title}”`, tone: "plain", action: undo });
      } catch (error) {
        failed("Not deleted", error, () => void remove(task));
      }
    });
  }

  /** Resolves to false when the new title was not taken, so that the field can stay open with it. */
  async function rename(task: Task, title: string): Promise<boolean> {
    try {
      dispatch({ type: "changed", task: await api.renameTask(task, title) });
      announce(`Renamed to ${title}`);
      return true;
    } catch (error) {
      const changed = error instanceof ApiError && error.status === 412;
      if (changed) dispatch({ type: "changed", task: await api.getTask(task.id).catch(() => task) });
      const reason = changed ? "it was changed elsewhere meanwhile. Enter renames it all the same." : messageOf(error);
      toast({ text: `Not renamed: ${reason}`, tone: "danger" });
      return false;
    }
  }

  return { complete, remove, rename };
}

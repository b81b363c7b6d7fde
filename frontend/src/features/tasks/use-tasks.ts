"use client";

import { useCallback, useEffect, useReducer, useRef } from "react";
import { useLiveEvent, useLiveRefresh } from "@/features/live/live-provider";
import { ApiError, messageOf } from "@/lib/api/request";
import { getTask, listTasks } from "./api";
import { EMPTY, reduce, type Action, type TasksState } from "./state";
import type { TaskChange, View } from "./types";

export interface Tasks {
  readonly state: TasksState;
  readonly dispatch: (action: Action) => void;
  reload(): Promise<void>;
  loadMore(): Promise<void>;
}

/** Brings one task to what the server says now; one that is not there any more is dropped. */
async function fetchOne(id: string, dispatch: (action: Action) => void, version: number): Promise<void> {
  try {
    dispatch({ type: "changed", task: await getTask(id) });
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) dispatch({ type: "removed", id, version });
    else dispatch({ type: "failed", problem: messageOf(error) });
  }
}

/** The tasks of one view, loaded page by page and kept current by the live stream. */
export function useTasks(view: View): Tasks {
  const [state, dispatch] = useReducer(reduce, EMPTY);
  const newest = useRef(state);
  useEffect(() => {
    newest.current = state;
  });

  const load = useCallback(
    async (cursor?: string, signal?: AbortSignal) => {
      dispatch({ type: "loading" });
      try {
        const page = await listTasks(view, cursor, signal);
        dispatch({ type: "loaded", items: page.items, cursor: page.next_cursor, fresh: cursor === undefined });
      } catch (error) {
        if (!signal?.aborted) dispatch({ type: "failed", problem: messageOf(error) });
      }
    },
    [view],
  );

  useEffect(() => {
    const leaving = new AbortController();
    void load(undefined, leaving.signal);
    return () => leaving.abort();
  }, [load]);

  useLiveRefresh(() => void load());
  useLiveEvent("task", (data) => {
    const { id, version, kind } = data as TaskChange;
    if (kind === "deleted") return dispatch({ type: "removed", id, version });
    const known = newest.current.tasks.get(id);
    if (!known || known.version < version) void fetchOne(id, dispatch, version);
  });

  return {
    state,
    dispatch,
    reload: () => load(),
    loadMore: () => (state.cursor ? load(state.cursor) : Promise.resolve()),
  };
}

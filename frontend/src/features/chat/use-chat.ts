"use client";

import { useCallback, useEffect, useReducer, useRef } from "react";
import { useFeedback } from "@/components/feedback";
import { messageOf } from "@/lib/api/request";
import * as api from "./api";
import { textOf, type Page, type StreamEvent, type Thread, type ThreadItem, type WidgetAction } from "./protocol";
import { EMPTY, reduce, type Action, type ChatState } from "./state";

export interface Chat {
  readonly state: ChatState;
  send(text: string): void;
  /** Sends again what was not accepted, or has the last message answered again. */
  retry(): void;
  act(itemId: string, action: WidgetAction): void;
  stop(): void;
  open(threadId: string): void;
  fresh(): void;
  loadOlder(): void;
  reload(): void;
}

const olderOf = (page: Page<ThreadItem>) => (page.has_more ? (page.after ?? null) : null);

async function recover(thread: Thread | null, dispatch: (action: Action) => void): Promise<void> {
  if (!thread) return;
  try {
    const page = await api.listItems(thread.id);
    dispatch({ type: "recovered", items: page.data.toReversed(), older: olderOf(page) });
  } catch {
    // Still away: the message about the break stays, and its button tries again.
  }
}

/** One conversation at a time: the newest when the page opens, another or a new one on demand. */
export function useChat(): Chat {
  const [state, dispatch] = useReducer(reduce, EMPTY);
  const newest = useRef(state);
  const running = useRef<AbortController>(undefined);
  const loads = useRef(0);
  const { announce } = useFeedback();
  useEffect(() => {
    newest.current = state;
  });

  const load = useCallback(async (threadId?: string) => {
    running.current?.abort();
    const mine = ++loads.current;
    dispatch({ type: "load" });
    try {
      const thread = threadId ? await api.getThread(threadId) : (await api.listThreads(1)).data[0];
      if (mine !== loads.current) return; // another was chosen meanwhile
      if (!thread) return dispatch({ type: "loaded", thread: null, items: [], older: null });
      const page = await api.listItems(thread.id);
      if (mine === loads.current) dispatch({ type: "loaded", thread, items: page.data.toReversed(), older: olderOf(page) });
    } catch (error) {
      if (mine === loads.current) dispatch({ type: "load-failed", message: messageOf(error) });
    }
  }, []);

  useEffect(() => {
    void load();
    return () => running.current?.abort();
  }, [load]);

  const run = useCallback(
    async (request: api.ChatRequest, text?: string) => {
      const abort = new AbortController();
      let begun = false;
      running.current = abort;
      dispatch({ type: "start", text });
      const onEvent = (event: StreamEvent) => {
        begun = true;
        dispatch({ type: "event", event });
        if (event.type === "thread.item.done" && event.item.type === "assistant_message") announce(textOf(event.item));
      };
      try {
        await api.run(request, onEvent, abort.signal);
        dispatch({ type: "end" });
      } catch (error) {
        if (running.current !== abort) return; // another conversation is open by now
        if (abort.signal.aborted) return dispatch({ type: "end" });
        dispatch({ type: "broken", message: messageOf(error), begun });
        // Sending or answering again could do twice what was done before the break: see how far it came.
        await recover(newest.current.thread, dispatch);
      }
    },
    [announce],
  );

  const send = (text: string) => {
    const { thread, running: busy } = newest.current;
    if (!busy) void run(thread ? api.addMessage(thread.id, text) : api.createThread(text), text);
  };

  const retry = () => {
    const { outgoing, thread, items, phase } = newest.current;
    if (phase === "failed") return void load();
    if (outgoing) return send(outgoing.text);
    const last = items.findLast(({ type }) => type === "user_message");
    if (thread && last) void run(api.retryAfter(thread.id, last.id));
  };

  return {
    state,
    send,
    retry,
    act: (itemId, action) => {
      const { thread, running: busy } = newest.current;
      if (thread && !busy) void run(api.customAction(thread.id, itemId, action));
    },
    stop: () => running.current?.abort(),
    open: (threadId) => void load(threadId),
    fresh: () => {
      running.current?.abort();
      loads.current += 1;
      dispatch({ type: "loaded", thread: null, items: [], older: null });
    },
    loadOlder: () => {
      const { thread, older } = newest.current;
      if (!thread || !older) return;
      api.listItems(thread.id, older).then(
        (page) => dispatch({ type: "older", items: page.data.toReversed(), older: olderOf(page) }),
        (error: unknown) => announce(messageOf(error)),
      );
    },
    reload: () => void load(newest.current.thread?.id),
  };
}

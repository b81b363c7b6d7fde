"use client";

import { useCallback, useEffect, useReducer, useRef } from "react";
import { useFeedback } from "@/components/feedback";
import { messageOf } from "@/lib/api/request";
import * as api from "./api";
import { textOf, type StreamEvent, type WidgetAction } from "./protocol";
import { EMPTY, reduce, type ChatState } from "./state";

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

/** One conversation at a time: the newest when the page opens, another or a new one on demand. */
export function useChat(): Chat {
  const [state, dispatch] = useReducer(reduce, EMPTY);
  const newest = useRef(state);
  const running = useRef<AbortController>(undefined);
  const { announce } = useFeedback();
  useEffect(() => {
    newest.current = state;
  });

  const load = useCallback(async (threadId?: string) => {
    running.current?.abort();
    dispatch({ type: "load" });
    try {
      const thread = threadId ? await api.getThread(threadId) : (await api.listThreads(1)).data[0];
      if (!thread) return dispatch({ type: "loaded", thread: null, items: [], older: null });
      const page = await api.listItems(thread.id);
      const older = page.has_more ? (page.after ?? null) : null;
      dispatch({ type: "loaded", thread, items: page.data.toReversed(), older });
    } catch (error) {
      dispatch({ type: "load-failed", message: messageOf(error) });
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
        dispatch(abort.signal.aborted ? { type: "end" } : { type: "broken", message: messageOf(error), begun });
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
      dispatch({ type: "loaded", thread: null, items: [], older: null });
    },
    loadOlder: () => {
      const { thread, older } = newest.current;
      if (!thread || !older) return;
      api.listItems(thread.id, older).then(
        (page) => dispatch({ type: "older", items: page.data.toReversed(), older: page.has_more ? (page.after ?? null) : null }),
        (error: unknown) => announce(messageOf(error)),
      );
    },
    reload: () => void load(newest.current.thread?.id),
  };
}

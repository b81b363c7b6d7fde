"use client";

import { useEffect, useRef } from "react";
import { useFeedback } from "@/components/feedback";

export type Pane = "chat" | "tasks";

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox])");
}

/** Single keys, never while something is being typed and never with a modifier. */
export function useShortcuts(show: (pane: Pane) => void, setHelp: (open: boolean) => void): void {
  const { undo } = useFeedback();
  const go = useRef<Record<string, () => void>>({});

  useEffect(() => {
    const focus = (pane: Pane, id: string) => {
      show(pane);
      requestAnimationFrame(() => document.getElementById(id)?.focus());
    };
    go.current = {
      "/": () => focus("chat", "chat-input"),
      n: () => focus("tasks", "quick-add"),
      u: undo,
      "?": () => setHelp(true),
    };
  });

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
      const action = go.current[event.key];
      if (!action || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

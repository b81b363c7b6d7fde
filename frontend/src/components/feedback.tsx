"use client";

import { createContext, use, useCallback, useMemo, useRef, useState, type ReactNode } from "react";
import { Toaster } from "./toaster";

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: "plain" | "danger" | "reminder";
  readonly action?: { readonly label: string; readonly run: () => void };
  /** Stays until dismissed. */
  readonly sticky?: boolean;
}

export interface Feedback {
  toast(toast: Omit<Toast, "id">): void;
  /** Tells screen readers only: for changes that eyes see where they happen. */
  announce(text: string): void;
  /** Runs the action of the newest toast that has one. */
  undo(): void;
}

const Context = createContext<Feedback | undefined>(undefined);
const MOST = 4;

export function FeedbackProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const [spoken, setSpoken] = useState("");
  const next = useRef(1);
  const shown = useRef(toasts);

  const change = useCallback((update: (old: readonly Toast[]) => readonly Toast[]) => {
    shown.current = update(shown.current);
    setToasts(shown.current);
  }, []);
  const dismiss = useCallback((id: number) => change((old) => old.filter((toast) => toast.id !== id)), [change]);

  const feedback = useMemo<Feedback>(
    () => ({
      toast: (toast) => change((old) => [...old, { ...toast, id: next.current++ }].slice(-MOST)),
      // The same words twice are a change only if the text differs.
      announce: (text) => setSpoken((old) => (old === text ? `${text}\u00a0` : text)),
      undo: () => {
        const toast = shown.current.findLast(({ action }) => action);
        if (!toast) return;
        dismiss(toast.id);
        toast.action?.run();
      },
    }),
    [change, dismiss],
  );

  return (
    <Context value={feedback}>
      {children}
      <Toaster toasts={toasts} dismiss={dismiss} />
      <div className="visually-hidden" aria-live="polite" role="status">
        {spoken}
      </div>
    </Context>
  );
}

export function useFeedback(): Feedback {
  const feedback = use(Context);
  if (!feedback) throw new Error("used outside FeedbackProvider");
  return feedback;
}

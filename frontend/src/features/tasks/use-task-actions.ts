"use client";

import { useCallback, useMemo, useState } from "react";
import { useFeedback } from "@/components/feedback";
import { operations } from "./operations";
import { SingleFlight } from "./single-flight";
import type { Tasks } from "./use-tasks";

/** How long a task that was ticked stays where it was, so that the eye can follow. */
const LINGER_MS = 1_600;

export function useTaskActions({ dispatch }: Pick<Tasks, "dispatch">) {
  const { toast, announce } = useFeedback();
  const [lingering, setLingering] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const [flight] = useState(() => new SingleFlight());
  const alone = useCallback((id: string, work: () => Promise<void>) => flight.run(id, work, setBusy), [flight]);

  const linger = useCallback((id: string) => {
    setLingering((old) => new Set(old).add(id));
    setTimeout(() => setLingering((old) => new Set([...old].filter((other) => other !== id))), LINGER_MS);
  }, []);

  const todo = useMemo(
    () => operations({ dispatch, toast, announce, linger, alone }),
    [dispatch, toast, announce, linger, alone],
  );
  return { ...todo, lingering, busy };
}

export type TaskActions = ReturnType<typeof useTaskActions>;

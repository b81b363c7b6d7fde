"use client";

import { useEffect, useMemo, useState } from "react";
import { Button } from "@/components/button";
import { Icon } from "@/components/icon";
import { useNow } from "@/lib/dates/use-now";
import { visible } from "../state";
import { useTaskActions } from "../use-task-actions";
import { useTasks, type Tasks } from "../use-tasks";
import type { View } from "../types";
import { QuickAdd } from "./quick-add";
import { TaskGroups } from "./task-groups";
import styles from "./task-board.module.css";

const EMPTY_WORDS: Record<View, { title: string; text: string }> = {
  open: { title: "Nothing to do", text: "Add a task above, or tell the chat: “remind me to call Sam tomorrow at 5pm”." },
  done: { title: "Nothing done yet", text: "Tasks you tick are kept here." },
};

function Skeleton() {
  return (
    <div className={styles.skeleton} role="status" aria-label="Loading tasks">
      {[0, 1, 2, 3, 4].map((line) => (
        <div key={line} />
      ))}
    </div>
  );
}

function Failed({ problem, retry }: { problem?: string; retry: () => void }) {
  return (
    <div className={styles.message} role="alert">
      <h3>Your tasks could not be loaded</h3>
      <p>{problem}</p>
      <Button onClick={retry}>Try again</Button>
    </div>
  );
}

interface ContentProps {
  view: View;
  tasks: Tasks;
  timezone: string;
  actions: ReturnType<typeof useTaskActions>;
}

function Content({ view, tasks, timezone, actions }: ContentProps) {
  const now = useNow();
  const { state } = tasks;
  const shown = useMemo(() => visible(state, view, actions.lingering), [state, view, actions.lingering]);
  if (state.phase === "loading") return <Skeleton />;
  if (state.phase === "failed") return <Failed problem={state.problem} retry={() => void tasks.reload()} />;
  if (shown.length === 0 && !state.cursor) {
    return (
      <div className={styles.message}>
        <Icon name="check" size={28} />
        <h3>{EMPTY_WORDS[view].title}</h3>
        <p>{EMPTY_WORDS[view].text}</p>
      </div>
    );
  }
  return (
    <>
      <TaskGroups view={view} tasks={shown} actions={actions} timezone={timezone} now={now} />
      {state.cursor && (
        <div className={styles.more}>
          <Button size="s" onClick={() => void tasks.loadMore()}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}

/** The live list: what is open by day, what is done, one line to add. */
export function TaskBoard({ timezone, onReminders }: { timezone: string; onReminders: () => void }) {
  const [view, setView] = useState<View>("open");
  const tasks = useTasks(view);
  const actions = useTaskActions(tasks);
  useReminderSeen(tasks, onReminders);

  return (
    <section className={styles.board} aria-labelledby="board-heading" data-board>
      <header className={styles.header}>
        <h2 id="board-heading">Tasks</h2>
        <div className={styles.views} role="group" aria-label="Show">
          {(["open", "done"] as const).map((one) => (
            <button key={one} type="button" aria-pressed={view === one} onClick={() => setView(one)}>
              {one === "open" ? "To do" : "Done"}
            </button>
          ))}
        </div>
      </header>
      <QuickAdd onAdded={(task) => tasks.dispatch({ type: "changed", task })} />
      {tasks.state.phase === "ready" && tasks.state.problem && (
        <p className={styles.stale} role="status">
          {tasks.state.problem} What you see may be old.{" "}
          <Button size="s" tone="quiet" onClick={() => void tasks.reload()}>
            Try again
          </Button>
        </p>
      )}
      <div className={styles.scroll}>
        <Content view={view} tasks={tasks} timezone={timezone} actions={actions} />
      </div>
    </section>
  );
}

function useReminderSeen({ state }: Tasks, seen: () => void): void {
  const any = useMemo(() => [...state.tasks.values()].some(({ reminders }) => reminders.length > 0), [state.tasks]);
  useEffect(() => {
    if (any) seen();
  }, [any, seen]);
}

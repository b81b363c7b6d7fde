"use client";

import { useRef, useState, type FormEvent } from "react";
import { Button } from "@/components/button";
import { useFeedback } from "@/components/feedback";
import { Icon } from "@/components/icon";
import { messageOf } from "@/lib/api/request";
import { createTask } from "../api";
import type { Task } from "../types";
import styles from "./quick-add.module.css";

/** One line, one task. A title that was not accepted stays in the field, and is sent again under the same key. */
export function QuickAdd({ onAdded }: { onAdded: (task: Task) => void }) {
  const [title, setTitle] = useState("");
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const key = useRef<{ title: string; value: string }>(undefined);
  const { announce } = useFeedback();

  async function add(event: FormEvent) {
    event.preventDefault();
    const wanted = title.trim();
    if (!wanted || busy) return;
    if (key.current?.title !== wanted) key.current = { title: wanted, value: crypto.randomUUID() };
    setBusy(true);
    setProblem(undefined);
    try {
      onAdded(await createTask(wanted, key.current.value));
      key.current = undefined;
      setTitle("");
      announce(`Added: ${wanted}`);
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className={styles.form} onSubmit={add}>
      <div className={styles.line}>
        <Icon name="plus" />
        <input
          id="quick-add"
          className={styles.input}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
          placeholder="Add a task"
          aria-label="Add a task"
          aria-describedby={problem && "quick-add-problem"}
          aria-invalid={problem !== undefined}
          aria-keyshortcuts="n"
          maxLength={200}
          autoComplete="off"
          enterKeyHint="done"
        />
        {title.trim() && (
          <Button type="submit" tone="primary" size="s" busy={busy}>
            Add
          </Button>
        )}
      </div>
      {problem && (
        <p id="quick-add-problem" className={styles.problem} role="alert">
          Not added: {problem}
        </p>
      )}
    </form>
  );
}

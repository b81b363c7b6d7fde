"use client";

import { useState, type KeyboardEvent } from "react";
import { Icon } from "@/components/icon";
import { dueWords, isOverdue, localDue } from "@/lib/dates/due";
import type { TaskActions } from "../use-task-actions";
import type { Task } from "../types";
import { TitleEditor } from "./title-editor";
import styles from "./task-row.module.css";

interface Props {
  task: Task;
  actions: TaskActions;
  timezone: string;
  now: Date;
}

function Details({ task, timezone, now }: Omit<Props, "actions">) {
  const due = task.due && localDue(task.due, task.due_at, timezone);
  const late = due !== null && task.status === "open" && isOverdue(due, timezone, now);
  return (
    <div className={styles.details}>
      {due && (
        <span className={late ? styles.late : undefined}>
          {late && <span className="visually-hidden">Overdue: </span>}
          {dueWords(due, timezone, now)}
        </span>
      )}
      {task.recurrence && (
        <span className={styles.mark} title="Repeats">
          <Icon name="repeat" size={14} />
          <span className="visually-hidden">Repeats</span>
        </span>
      )}
      {task.reminders.length > 0 && (
        <span className={styles.mark} title="Has a reminder">
          <Icon name="bell" size={14} />
          <span className="visually-hidden">Has a reminder</span>
        </span>
      )}
      {task.priority && <span className={styles[task.priority]}>{task.priority}</span>}
      {task.tags.map((tag) => (
        <span key={tag}>#{tag}</span>
      ))}
    </div>
  );
}

/** Moves between the checkboxes of the whole board, across groups. */
function focusNeighbour(from: HTMLElement, step: 1 | -1): boolean {
  const boxes = [...(from.closest("[data-board]")?.querySelectorAll<HTMLElement>("input[type=checkbox]") ?? [])];
  const next = boxes[boxes.indexOf(from) + step];
  next?.focus();
  return next !== undefined;
}

export function TaskRow({ task, actions, timezone, now }: Props) {
  const [editing, setEditing] = useState(false);
  const done = task.status === "done";
  const boxId = `task-${task.id}`;

  const stopEditing = () => {
    setEditing(false);
    requestAnimationFrame(() => document.getElementById(boxId)?.focus());
  };

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    const box = event.currentTarget;
    if (event.key === "ArrowDown") focusNeighbour(box, 1);
    else if (event.key === "ArrowUp") focusNeighbour(box, -1);
    else if (event.key === "Enter" || event.key === "F2") setEditing(true);
    else if (event.key === "Delete" || event.key === "Backspace") {
      if (!focusNeighbour(box, 1)) focusNeighbour(box, -1);
      void actions.remove(task);
    } else return;
    event.preventDefault();
  }

  return (
    <li className={styles.row} data-done={done} aria-busy={actions.busy.has(task.id)}>
      <input
        id={boxId}
        type="checkbox"
        className={styles.box}
        checked={done}
        aria-label={task.title}
        aria-keyshortcuts="Space Enter Delete"
        onChange={() => void actions.complete(task, !done)}
        onKeyDown={onKeyDown}
      />
      <div className={styles.main}>
        {editing ? (
          <TitleEditor title={task.title} save={(title) => actions.rename(task, title)} close={stopEditing} />
        ) : (
          <button type="button" tabIndex={-1} className={styles.title} title="Rename" onClick={() => setEditing(true)}>
            {task.title}
          </button>
        )}
        <Details task={task} timezone={timezone} now={now} />
      </div>
      <span className={styles.number} aria-label={`Task ${task.number}`}>
        {task.number}
      </span>
      <button
        type="button"
        tabIndex={-1}
        className={styles.delete}
        aria-label={`Delete ${task.title}`}
        title="Delete"
        onClick={() => void actions.remove(task)}
      >
        <Icon name="trash" />
      </button>
    </li>
  );
}

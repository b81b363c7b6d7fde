import { dueGroup, localDue, type DueGroup } from "@/lib/dates/due";
import type { TaskActions } from "../use-task-actions";
import type { Task, View } from "../types";
import { TaskRow } from "./task-row";
import styles from "./task-board.module.css";

const GROUPS: readonly [DueGroup, string][] = [
  ["overdue", "Overdue"],
  ["today", "Today"],
  ["tomorrow", "Tomorrow"],
  ["week", "Next 7 days"],
  ["later", "Later"],
  ["none", "No date"],
];

interface Props {
  view: View;
  tasks: readonly Task[];
  actions: TaskActions;
  timezone: string;
  now: Date;
}

/** Open tasks under the days they fall on; done ones as one list. */
export function TaskGroups({ view, tasks, actions, timezone, now }: Props) {
  const rows = (some: readonly Task[]) =>
    some.map((task) => <TaskRow key={task.id} task={task} actions={actions} timezone={timezone} now={now} />);
  if (view === "done") return <ul>{rows(tasks)}</ul>;

  const groupOf = ({ due, due_at }: Task) => dueGroup(due && localDue(due, due_at, timezone), timezone, now);
  return GROUPS.map(([group, label]) => {
    const some = tasks.filter((task) => groupOf(task) === group);
    if (some.length === 0) return null;
    return (
      <section key={group} aria-labelledby={`group-${group}`}>
        <h3 id={`group-${group}`} className={styles.group} data-group={group}>
          {label} <span className={styles.count}>{some.length}</span>
        </h3>
        <ul>{rows(some)}</ul>
      </section>
    );
  });
}

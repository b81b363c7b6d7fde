"use client";

import { useCallback, useState } from "react";
import { FeedbackProvider } from "@/components/feedback";
import { Icon } from "@/components/icon";
import { ChatPanel } from "@/features/chat/components/chat-panel";
import { LiveProvider } from "@/features/live/live-provider";
import { AskBar } from "@/features/notifications/components/ask-bar";
import { useNotifications } from "@/features/notifications/use-notifications";
import { useTimezone } from "@/features/settings/use-timezone";
import { TaskBoard } from "@/features/tasks/components/task-board";
import type { Person } from "../types";
import { useShortcuts, type Pane } from "../use-shortcuts";
import { Header } from "./header";
import { ShortcutsDialog } from "./shortcuts-dialog";
import styles from "./workspace.module.css";

const PANES = [
  ["chat", "Chat", "chat"],
  ["tasks", "Tasks", "list"],
] as const;

function Panes({ person }: { person: Person }) {
  const [pane, setPane] = useState<Pane>("chat");
  const [help, setHelp] = useState(false);
  const [reminders, setReminders] = useState(false);
  const remindersSeen = useCallback(() => setReminders(true), []);
  const timezone = useTimezone();
  const inbox = useNotifications(timezone, remindersSeen);
  useShortcuts(setPane, setHelp);

  return (
    <div className={styles.workspace} data-pane={pane}>
      <Header person={person} inbox={inbox} timezone={timezone} openHelp={() => setHelp(true)} />
      {reminders && <AskBar />}
      <main className={styles.panes}>
        <div className={styles.chat}>
          <ChatPanel />
        </div>
        <div className={styles.tasks}>
          <TaskBoard timezone={timezone} onReminders={remindersSeen} />
        </div>
      </main>
      <nav className={styles.tabs} aria-label="Parts of the page">
        {PANES.map(([name, label, icon]) => (
          <button key={name} type="button" aria-pressed={pane === name} onClick={() => setPane(name)}>
            <Icon name={icon} size={20} />
            {label}
          </button>
        ))}
      </nav>
      <ShortcutsDialog open={help} close={() => setHelp(false)} />
    </div>
  );
}

/** The one page of the application: talk on the left, tasks on the right; on a phone one at a time. */
export default function Workspace({ person }: { person: Person }) {
  return (
    <LiveProvider>
      <FeedbackProvider>
        <Panes person={person} />
      </FeedbackProvider>
    </LiveProvider>
  );
}

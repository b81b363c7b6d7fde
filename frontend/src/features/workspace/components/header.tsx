"use client";

import { Button } from "@/components/button";
import { Icon } from "@/components/icon";
import { Logo } from "@/components/logo";
import { Popover } from "@/components/popover";
import { authClient } from "@/features/auth/client";
import { useLiveStatus } from "@/features/live/live-provider";
import { Bell } from "@/features/notifications/components/bell";
import type { Inbox } from "@/features/notifications/use-notifications";
import { leaveFor } from "@/lib/navigation";
import type { Person } from "../types";
import styles from "./header.module.css";

const STATUS = {
  connecting: "Connecting…",
  live: "Live",
  offline: "Offline: showing what was last loaded",
} as const;

function LiveStatus() {
  const status = useLiveStatus();
  return (
    <p className={styles.status} data-status={status} role="status">
      <span className={styles.dot} aria-hidden="true" />
      {STATUS[status]}
    </p>
  );
}

async function signOut(): Promise<void> {
  await authClient.signOut();
  sessionStorage.clear();
  leaveFor("/sign-in");
}

interface Props {
  person: Person;
  inbox: Inbox;
  timezone: string;
  openHelp: () => void;
}

export function Header({ person, inbox, timezone, openHelp }: Props) {
  return (
    <header className={styles.header}>
      <h1 className={styles.brand}>
        <Logo /> Todoku
      </h1>
      <LiveStatus />
      <Bell inbox={inbox} timezone={timezone} />
      <Popover label="Account" trigger={<Icon name="user" size={20} />}>
        {(close) => (
          <div className={styles.account}>
            <p>
              <strong>{person.name}</strong>
              <span>{person.email}</span>
            </p>
            <Button
              tone="quiet"
              size="s"
              onClick={() => {
                close();
                openHelp();
              }}
            >
              Keyboard shortcuts
            </Button>
            <Button tone="quiet" size="s" onClick={() => void signOut()}>
              Sign out
            </Button>
          </div>
        )}
      </Popover>
    </header>
  );
}

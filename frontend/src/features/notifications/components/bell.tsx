"use client";

import { Button } from "@/components/button";
import { Icon } from "@/components/icon";
import { Popover } from "@/components/popover";
import { agoWords } from "@/lib/dates/due";
import { useNow } from "@/lib/dates/use-now";
import type { Inbox } from "../use-notifications";
import type { Notification } from "../types";
import { bodyOf } from "../words";
import styles from "./notifications.module.css";

interface Props {
  inbox: Inbox;
  timezone: string;
}

function Entry({ notification, inbox, timezone, now }: Props & { notification: Notification; now: Date }) {
  const { title, created_at, read_at } = notification;
  return (
    <li className={styles.entry} data-unread={!read_at}>
      <div className={styles.words}>
        <strong>{title}</strong>
        <span>{bodyOf(notification, timezone, now)}</span>
        <time dateTime={created_at}>{agoWords(created_at, now)}</time>
      </div>
      {!read_at && (
        <Button size="s" tone="quiet" aria-label={`Mark “${title}” as read`} onClick={() => inbox.read(notification)}>
          Read
        </Button>
      )}
    </li>
  );
}

/** The inbox behind a bell that counts what is unread. */
export function Bell({ inbox, timezone }: Props) {
  const now = useNow();
  const { items, unread, problem } = inbox;
  const trigger = (
    <>
      <Icon name="bell" size={20} />
      {unread > 0 && <span className={styles.badge}>{unread > 9 ? "9+" : unread}</span>}
    </>
  );
  return (
    <Popover label={`Notifications, ${unread} unread`} trigger={trigger} onOpen={inbox.refresh}>
      {() => (
        <>
          <div className={styles.header}>
            <h2>Notifications</h2>
            {unread > 1 && (
              <Button size="s" tone="quiet" onClick={inbox.readAll}>
                Mark all read
              </Button>
            )}
          </div>
          {problem && (
            <p className={styles.problem} role="alert">
              {problem}
            </p>
          )}
          {items.length === 0 && !problem && <p className={styles.empty}>Reminders that ring are kept here.</p>}
          <ul>
            {items.map((notification) => (
              <Entry key={notification.id} notification={notification} inbox={inbox} timezone={timezone} now={now} />
            ))}
          </ul>
        </>
      )}
    </Popover>
  );
}

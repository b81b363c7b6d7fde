"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { useFeedback } from "@/components/feedback";
import { useLiveEvent, useLiveRefresh } from "@/features/live/live-provider";
import { messageOf } from "@/lib/api/request";
import { listNotifications, markRead } from "./api";
import { showInBrowser } from "./browser";
import type { Notification } from "./types";
import { bodyOf } from "./words";

export interface Inbox {
  readonly items: readonly Notification[];
  readonly unread: number;
  readonly problem?: string;
  refresh(): void;
  read(notification: Notification): void;
  readAll(): void;
}

/** The inbox, live. What arrives while the page is open is announced; what was there before is only counted. */
export function useNotifications(timezone: string, onArrival: () => void): Inbox {
  const [items, setItems] = useState<readonly Notification[]>([]);
  const [problem, setProblem] = useState<string>();
  const known = useRef<Set<string>>(undefined);
  const { toast } = useFeedback();

  const read = useCallback(
    async (notification: Notification): Promise<void> => {
      const put = (one: Notification) => setItems((old) => old.map((other) => (other.id === one.id ? one : other)));
      put({ ...notification, read_at: new Date().toISOString() });
      try {
        put(await markRead(notification.id));
      } catch (error) {
        put(notification);
        setProblem(messageOf(error));
      }
    },
    [],
  );

  const arrive = useCallback(
    (notification: Notification) => {
      const body = bodyOf(notification, timezone, new Date());
      toast({ text: `${notification.title} · ${body}`, tone: "reminder", sticky: true, action: { label: "Mark read", run: () => void read(notification) } });
      showInBrowser(notification, body);
      onArrival();
    },
    [onArrival, read, timezone, toast],
  );

  const refresh = useCallback(async () => {
    try {
      const found = await listNotifications();
      const before = known.current;
      known.current = new Set([...(before ?? []), ...found.map(({ id }) => id)]);
      setItems(found);
      setProblem(undefined);
      if (before) found.filter(({ id, read_at }) => !before.has(id) && !read_at).reverse().forEach(arrive);
    } catch (error) {
      setProblem(messageOf(error));
    }
  }, [arrive]);

  useEffect(() => {
    // eslint-disable-next-line react-hooks/set-state-in-effect -- it sets state only after the answer
    void refresh();
  }, [refresh]);
  useLiveRefresh(() => void refresh());
  useLiveEvent("notification", () => void refresh());
  useLiveEvent("reminder", () => void refresh());

  const unread = items.filter(({ read_at }) => !read_at);
  return {
    items,
    unread: unread.length,
    problem,
    refresh: () => void refresh(),
    read: (notification) => void read(notification),
    readAll: () => unread.forEach((notification) => void read(notification)),
  };
}

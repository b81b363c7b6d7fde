import { json } from "@/lib/api/request";
import type { Notification } from "./types";

const NOTIFICATIONS = "/api/me/notifications";

export async function listNotifications(): Promise<readonly Notification[]> {
  const { items } = await json<{ items: readonly Notification[] }>("GET", `${NOTIFICATIONS}?limit=50`);
  return items;
}

export const markRead = (id: string): Promise<Notification> =>
  json("PATCH", `${NOTIFICATIONS}/${encodeURIComponent(id)}`, { body: { read: true } });

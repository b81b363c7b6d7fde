import { dueWords, localDue } from "@/lib/dates/due";
import type { Notification } from "./types";

/**
 * What a reminder says under its title, in the reader's own words for dates. A due fixed to another zone
 * keeps the service's words: only it knows the instant.
 */
export function bodyOf(notification: Notification, timezone: string, now: Date, locale?: string): string {
  const { kind, due, body } = notification;
  const elsewhere = due !== null && due.timezone !== null && due.timezone !== timezone;
  if (kind !== "reminder" || due === null || elsewhere) return body;
  return `Due: ${dueWords(localDue(due, null, timezone), timezone, now, locale)}`;
}

/** The local calendar day, `YYYY-MM-DD`, of an instant in an IANA zone. */
export function dayIn(timezone: string, instant: Date): string {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: timezone, year: "numeric", month: "2-digit", day: "2-digit" });
  return parts.format(instant);
}

/** Whole days from one calendar day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

export interface LocalDue {
  /** The day in the reader's zone. */
  readonly date: string;
  /** `HH:MM` in the reader's zone, or null for the whole day. */
  readonly time: string | null;
}

interface DueLike {
  readonly date: string;
  readonly time: string | null;
  readonly timezone: string | null;
}

/** Where a due falls for a reader in `timezone`: only one fixed to another zone moves. */
export function localDue(due: DueLike, dueAt: string | null, timezone: string): LocalDue {
  if (due.time === null || due.timezone === null || due.timezone === timezone || dueAt === null) {
    return { date: due.date, time: due.time };
  }
  const instant = new Date(dueAt);
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: timezone, hour: "2-digit", minute: "2-digit" });
  return { date: dayIn(timezone, instant), time: clock.format(instant) };
}

/** Past its minute, or past its day when it has no time. */
export function isOverdue(due: LocalDue, timezone: string, now: Date): boolean {
  const today = dayIn(timezone, now);
  if (due.date !== today) return due.date < today;
  if (due.time === null) return false;
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: timezone, hour: "2-digit", minute: "2-digit" });
  return due.time <= clock.format(now);
}

function dayWords(date: string, today: string, locale: string | undefined): string {
  const distance = daysBetween(today, date);
  if (distance > -7 && distance <= 1) {
    const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(distance, "day");
    return words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);
  }
  const noon = new Date(`${date}T12:00:00Z`);
  if (distance > 1 && distance < 7) return noon.toLocaleDateString(locale, { weekday: "long", timeZone: "UTC" });
  const sameYear = date.slice(0, 4) === today.slice(0, 4);
  const year = sameYear ? undefined : ("numeric" as const);
  return noon.toLocaleDateString(locale, { weekday: "short", day: "numeric", month: "short", year, timeZone: "UTC" });
}

function timeWords(time: string, locale: string | undefined): string {
  return new Date(`2000-01-01T${time}:00Z`).toLocaleTimeString(locale, { hour: "numeric", minute: "2-digit", timeZone: "UTC" });
}

/** "Today 5:00 PM", "Tomorrow", "3 days ago", "Friday 9:00 AM", "Mon, 1 Jan": the reader's words for a due. */
export function dueWords(due: LocalDue, timezone: string, now: Date, locale?: string): string {
  const day = dayWords(due.date, dayIn(timezone, now), locale);
  return due.time === null ? day : `${day} ${timeWords(due.time, locale)}`;
}

export type DueGroup = "overdue" | "today" | "tomorrow" | "week" | "later" | "none";

export function dueGroup(due: LocalDue | null, timezone: string, now: Date): DueGroup {
  if (due === null) return "none";
  const distance = daysBetween(dayIn(timezone, now), due.date);
  if (distance < 0 || isOverdue(due, timezone, now)) return "overdue";
  if (distance === 0) return "today";
  if (distance === 1) return "tomorrow";
  return distance < 7 ? "week" : "later";
}

/** "just now", "5 minutes ago", "yesterday". */
export function agoWords(instant: string, now: Date, locale?: string): string {
  const seconds = Math.round((Date.parse(instant) - now.getTime()) / 1000);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const size = Math.abs(seconds);
  if (size < 45) return relative.format(0, "second");
  if (size < 45 * 60) return relative.format(Math.round(seconds / 60), "minute");
  if (size < 22 * 3600) return relative.format(Math.round(seconds / 3600), "hour");
  return relative.format(Math.round(seconds / 86_400), "day");
}

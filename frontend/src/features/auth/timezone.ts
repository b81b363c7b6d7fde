const PENDING = "todoku.timezone-pending";

/** Remembers, until it has been told to the task service, that this person's time zone is not set yet. */
export function markTimezonePending(): void {
  localStorage.setItem(PENDING, "1");
}

/** Runs `send` with the browser's IANA zone if sign-up has not managed to set it; stays pending on failure. */
export async function settlePendingTimezone(send: (timezone: string) => Promise<void>): Promise<void> {
  if (localStorage.getItem(PENDING) === null) return;
  await send(browserTimezone());
  localStorage.removeItem(PENDING);
}

export function browserTimezone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

import { useSyncExternalStore } from "react";

const MINUTE_MS = 60_000;
let now = new Date();
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

function tick(): void {
  now = new Date();
  watchers.forEach((watcher) => watcher());
  // Just after each full minute, when words like "overdue" change.
  timer = setTimeout(tick, MINUTE_MS - (Date.now() % MINUTE_MS) + 50);
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  if (watchers.size === 1) tick();
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) clearTimeout(timer);
  };
}

/** The present instant, renewed every minute. */
export function useNow(): Date {
  return useSyncExternalStore(watch, () => now, () => now);
}

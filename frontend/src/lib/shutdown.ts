/** What is under way may take this long to end; live streams never end by themselves. */
const GRACE_MS = 3_000;

/** On SIGTERM and SIGINT Next stops listening and waits for every connection; this bounds the wait. */
export function boundShutdown(): void {
  const end = () => setTimeout(() => process.exit(0), GRACE_MS).unref();
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
}

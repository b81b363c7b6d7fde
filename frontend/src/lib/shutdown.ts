import { subscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";

/** What is under way may take this long to end; live streams never end by themselves. */
const GRACE_MS = 3_000;

/**
 * On SIGTERM and SIGINT Next stops listening at once and waits for every connection. Before that, go on answering
 * for some seconds and close each connection behind its answer, so that callers turn to another replica; after it,
 * bound the wait. A second signal ends the drain.
 */
export function drainBeforeEnd(seconds: number): void {
  let ending = false;
  subscribe("http.server.request.start", (message) => {
    if (ending) (message as { response: ServerResponse }).response.shouldKeepAlive = false;
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const stops = process.listeners(signal);
    process.removeAllListeners(signal);
    const end = () => {
      setTimeout(() => process.exit(0), GRACE_MS).unref();
      stops.forEach((stop) => stop(signal));
    };
    process.on(signal, () => {
      if (ending) return end();
      ending = true;
      setTimeout(end, seconds * 1_000);
    });
  }
}

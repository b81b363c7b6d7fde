/** Runs once when the server starts: wrong settings end it here, not at somebody's first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const [{ settingsOrEnd }, { drainBeforeEnd }] = await Promise.all([import("@/config/start"), import("@/lib/shutdown")]);
  drainBeforeEnd(settingsOrEnd().drainSeconds);
}

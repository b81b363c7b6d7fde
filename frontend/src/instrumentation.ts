/** Runs once when the server starts: wrong settings end it here, not at somebody's first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const [{ settings }, { boundShutdown }] = await Promise.all([import("@/config/settings"), import("@/lib/shutdown")]);
  settings();
  boundShutdown();
}

/** Loads another page whole, so that nothing of one person's state stays in memory for the next. */
export function leaveFor(path: "/" | "/sign-in"): void {
  window.location.assign(path);
}

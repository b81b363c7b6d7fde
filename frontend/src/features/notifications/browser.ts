import type { Notification } from "./types";

const LATER = "todoku.ask-later";

export type Permission = "granted" | "denied" | "ask" | "unsupported";

/** Whether this browser may show notifications of its own; `ask` until the person has decided. */
export function permission(): Permission {
  if (typeof window === "undefined" || !("Notification" in window)) return "unsupported";
  if (window.Notification.permission !== "default") return window.Notification.permission;
  return localStorage.getItem(LATER) === null ? "ask" : "denied";
}

/** Browsers show their question only inside a click. */
export async function askPermission(): Promise<Permission> {
  await window.Notification.requestPermission();
  return permission();
}

export function askLater(): void {
  localStorage.setItem(LATER, "1");
}

/** The tag makes several open tabs show one notification, not one each. */
export function showInBrowser({ id, title }: Notification, body: string): void {
  if (permission() !== "granted") return;
  try {
    const shown = new window.Notification(title, { body, tag: id, icon: "/icon.svg" });
    shown.onclick = () => window.focus();
  } catch {
    // Chrome on Android offers the constructor and then refuses it; the page's own message has been shown.
  }
}

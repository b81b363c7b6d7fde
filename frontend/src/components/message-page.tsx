import type { ReactNode } from "react";
import { Logo } from "./logo";
import styles from "./message-page.module.css";

/** A whole page that says one thing. */
export function MessagePage({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <main className={styles.page}>
      <Logo size={36} />
      <h1>{heading}</h1>
      {children}
    </main>
  );
}

"use client";

import { useEffect, useRef } from "react";
import { Button } from "@/components/button";
import styles from "./shortcuts-dialog.module.css";

const SHORTCUTS = [
  ["/", "Write to the chat"],
  ["N", "Add a task"],
  ["U", "Undo, while it is offered"],
  ["↑ ↓", "Move through the tasks"],
  ["Space", "Complete or reopen the task"],
  ["Enter", "Rename the task"],
  ["Delete", "Delete the task"],
  ["?", "Show this"],
] as const;

export function ShortcutsDialog({ open, close }: { open: boolean; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);

  return (
    <dialog ref={dialog} className={styles.dialog} aria-labelledby="shortcuts-heading" onClose={close}>
      <h2 id="shortcuts-heading">Keyboard shortcuts</h2>
      <dl>
        {SHORTCUTS.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <Button onClick={close}>Close</Button>
    </dialog>
  );
}

"use client";

import { useRef, useState, type KeyboardEvent } from "react";
import styles from "./task-row.module.css";

interface Props {
  title: string;
  /** Resolves to false when the title was not taken. */
  save: (title: string) => Promise<boolean>;
  close: () => void;
}

/** Enter saves, Escape leaves; leaving the field saves too, as nothing typed may be lost. */
export function TitleEditor({ title, save, close }: Props) {
  const [value, setValue] = useState(title);
  const [busy, setBusy] = useState(false);
  const left = useRef(false);

  async function finish() {
    if (left.current || busy) return;
    const wanted = value.trim();
    if (!wanted || wanted === title) return leave();
    setBusy(true);
    if (await save(wanted)) leave();
    else setBusy(false);
  }

  function leave() {
    left.current = true;
    close();
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Enter" && !event.nativeEvent.isComposing) void finish();
    if (event.key === "Escape") leave();
  }

  return (
    <input
      className={styles.editor}
      value={value}
      onChange={(event) => setValue(event.target.value)}
      onKeyDown={onKeyDown}
      onBlur={() => void finish()}
      onFocus={(event) => event.currentTarget.select()}
      aria-label="Title"
      aria-busy={busy}
      readOnly={busy}
      maxLength={200}
      autoFocus
    />
  );
}

"use client";

import { useLayoutEffect, useRef, type KeyboardEvent } from "react";
import { Icon } from "@/components/icon";
import styles from "./composer.module.css";

interface Props {
  draft: string;
  setDraft: (text: string) => void;
  running: boolean;
  send: (text: string) => void;
  stop: () => void;
}

/** Enter sends, Shift+Enter breaks the line; while a reply comes one can type on, and stop it. */
export function Composer({ draft, setDraft, running, send, stop }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const ready = draft.trim().length > 0 && !running;

  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [draft]);

  const submit = () => {
    if (!ready) return;
    send(draft.trim());
    setDraft("");
    field.current?.focus();
  };

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  }

  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <textarea
        ref={field}
        id="chat-input"
        className={styles.input}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={onKeyDown}
        placeholder="Tell Todoku what to do"
        aria-label="Message"
        aria-keyshortcuts="/"
        rows={1}
        maxLength={8000}
        enterKeyHint="send"
      />
      {running ? (
        <button type="button" className={styles.send} aria-label="Stop the reply" title="Stop" onClick={stop}>
          <Icon name="stop" />
        </button>
      ) : (
        <button type="submit" className={styles.send} aria-label="Send" title="Send" disabled={!ready}>
          <Icon name="send" />
        </button>
      )}
    </form>
  );
}

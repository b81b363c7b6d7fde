"use client";

import { useEffect, useRef } from "react";
import { Button } from "@/components/button";
import { textOf, type ThreadItem } from "../protocol";
import type { Chat } from "../use-chat";
import { Markdown } from "./markdown";
import { Widget } from "./widget";
import styles from "./message-list.module.css";

function Item({ item, chat }: { item: ThreadItem; chat: Chat }) {
  switch (item.type) {
    case "user_message":
      return (
        <li className={styles.user}>
          <span className="visually-hidden">You said: </span>
          {textOf(item)}
        </li>
      );
    case "assistant_message":
      return (
        <li className={styles.assistant}>
          <Markdown text={textOf(item)} />
        </li>
      );
    case "widget":
      return (
        <li className={styles.assistant}>
          <Widget widget={item.widget} busy={chat.state.running} act={(action) => chat.act(item.id, action)} />
        </li>
      );
    default:
      return null;
  }
}

function Outgoing({ chat }: { chat: Chat }) {
  const { outgoing } = chat.state;
  if (!outgoing) return null;
  return (
    <li className={styles.user} data-failed={outgoing.failed !== undefined}>
      {outgoing.text}
      {outgoing.failed !== undefined && (
        <div className={styles.failed} role="alert">
          <span>Not sent: {outgoing.failed}</span>
          <Button size="s" onClick={chat.retry}>
            Send again
          </Button>
        </div>
      )}
    </li>
  );
}

function Thinking({ chat }: { chat: Chat }) {
  const { running, progress, items, outgoing } = chat.state;
  const answering = !outgoing && items.at(-1)?.type === "assistant_message";
  if (!running || (answering && !progress)) return null;
  return (
    <li className={styles.thinking}>
      <span className={styles.dots} aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span className={progress ? undefined : "visually-hidden"}>{progress ?? "Todoku is working"}</span>
    </li>
  );
}

function Trouble({ chat }: { chat: Chat }) {
  const { trouble, notice } = chat.state;
  return (
    <>
      {notice && <li className={styles.notice}>{notice}</li>}
      {trouble && (
        <li className={styles.trouble} role="alert">
          <span>{trouble.message}</span>
          {trouble.retry && (
            <Button size="s" onClick={chat.retry}>
              Try again
            </Button>
          )}
        </li>
      )}
    </>
  );
}

/** Near enough to the end to be taken along when something new comes. */
const NEAR_PX = 120;

/** The conversation. It follows what is new unless the reader has scrolled back. */
export function MessageList({ chat }: { chat: Chat }) {
  const scroll = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const follow = useRef(true);
  const { state } = chat;

  // Watching the size catches everything: new text, a wider window, fonts that arrive late.
  useEffect(() => {
    const [frame, content] = [scroll.current, list.current];
    if (!frame || !content) return;
    const observer = new ResizeObserver(() => {
      if (follow.current) frame.scrollTop = frame.scrollHeight;
    });
    observer.observe(frame);
    observer.observe(content);
    return () => observer.disconnect();
  }, []);

  return (
    <div
      ref={scroll}
      className={styles.scroll}
      tabIndex={0}
      role="region"
      aria-label="Conversation"
      onScroll={({ currentTarget: at }) => {
        follow.current = at.scrollHeight - at.scrollTop - at.clientHeight < NEAR_PX;
      }}
    >
      {state.older && (
        <div className={styles.older}>
          <Button size="s" tone="quiet" onClick={chat.loadOlder}>
            Show earlier messages
          </Button>
        </div>
      )}
      <ol ref={list} className={styles.list}>
        {state.items.map((item) => (
          <Item key={item.id} item={item} chat={chat} />
        ))}
        <Outgoing chat={chat} />
        <Thinking chat={chat} />
        <Trouble chat={chat} />
      </ol>
    </div>
  );
}

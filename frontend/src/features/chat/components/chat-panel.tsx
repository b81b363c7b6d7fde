"use client";

import { Icon } from "@/components/icon";
import { Spinner } from "@/components/spinner";
import { Button } from "@/components/button";
import { useChat, type Chat } from "../use-chat";
import { useDraft } from "../use-draft";
import { Composer } from "./composer";
import { HistoryMenu } from "./history-menu";
import { MessageList } from "./message-list";
import styles from "./chat-panel.module.css";

const SUGGESTIONS = [
  "Add pay rent on the 1st of every month at 9am, remind me 1 hour before",
  "What is due this week?",
  "Remind me to stretch in 1 minute",
];

function Welcome({ choose }: { choose: (text: string) => void }) {
  return (
    <div className={styles.welcome}>
      <h3>What should not be forgotten?</h3>
      <p>Write it the way you would say it.</p>
      <ul>
        {SUGGESTIONS.map((text) => (
          <li key={text}>
            <button type="button" onClick={() => choose(text)}>
              {text}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Body({ chat, choose }: { chat: Chat; choose: (text: string) => void }) {
  const { phase, items, outgoing, running, trouble } = chat.state;
  if (phase === "loading") {
    return (
      <div className={styles.middle}>
        <Spinner label="Loading the conversation" />
      </div>
    );
  }
  if (phase === "failed") {
    return (
      <div className={styles.middle} role="alert">
        <p>The conversation could not be loaded. {trouble?.message}</p>
        <Button onClick={chat.retry}>Try again</Button>
      </div>
    );
  }
  if (items.length === 0 && !outgoing && !running && !trouble) return <Welcome choose={choose} />;
  return <MessageList chat={chat} />;
}

/** Talk to Todoku: the conversation, its history, and the line to write in. */
export function ChatPanel() {
  const chat = useChat();
  const [draft, setDraft] = useDraft();
  const choose = (text: string) => {
    setDraft(text);
    document.getElementById("chat-input")?.focus();
  };

  return (
    <section className={styles.panel} aria-labelledby="chat-heading">
      <header className={styles.header}>
        <h2 id="chat-heading">{chat.state.thread?.title || "Chat"}</h2>
        <HistoryMenu chat={chat} />
        <button type="button" className={styles.fresh} aria-label="New conversation" title="New conversation" onClick={chat.fresh}>
          <Icon name="plus" size={20} />
        </button>
      </header>
      <Body chat={chat} choose={choose} />
      <Composer draft={draft} setDraft={setDraft} running={chat.state.running} send={chat.send} stop={chat.stop} />
    </section>
  );
}

"use client";

import { useState } from "react";
import { Button } from "@/components/button";
import { useFeedback } from "@/components/feedback";
import { Icon } from "@/components/icon";
import { Popover } from "@/components/popover";
import { agoWords } from "@/lib/dates/due";
import { useNow } from "@/lib/dates/use-now";
import { messageOf } from "@/lib/api/request";
import { deleteThread, listThreads } from "../api";
import type { Thread } from "../protocol";
import type { Chat } from "../use-chat";
import styles from "./history-menu.module.css";

const PAGE = 30;

/** Earlier conversations: open one, or delete it for good at the second click. */
export function HistoryMenu({ chat }: { chat: Chat }) {
  const [threads, setThreads] = useState<readonly Thread[]>();
  const [problem, setProblem] = useState<string>();
  const [doomed, setDoomed] = useState<string>();
  const { announce } = useFeedback();
  const now = useNow();

  const refresh = () => {
    setProblem(undefined);
    setDoomed(undefined);
    listThreads(PAGE).then(({ data }) => setThreads(data), (error: unknown) => setProblem(messageOf(error)));
  };

  const remove = async ({ id }: Thread) => {
    if (doomed !== id) return setDoomed(id);
    try {
      await deleteThread(id);
      setThreads((old) => old?.filter((thread) => thread.id !== id));
      if (chat.state.thread?.id === id) chat.fresh();
      announce("Conversation deleted");
    } catch (error) {
      setProblem(messageOf(error));
    }
  };

  return (
    <Popover label="Earlier conversations" trigger={<Icon name="history" size={20} />} onOpen={refresh}>
      {(close) => (
        <>
          {problem && (
            <p className={styles.problem} role="alert">
              {problem}
            </p>
          )}
          {!problem && threads?.length === 0 && <p className={styles.empty}>No conversations yet.</p>}
          <ul>
            {threads?.map((thread) => (
              <li key={thread.id} className={styles.entry}>
                <button
                  type="button"
                  className={styles.open}
                  aria-current={thread.id === chat.state.thread?.id}
                  onClick={() => {
                    chat.open(thread.id);
                    close();
                  }}
                >
                  <span>{thread.title || "Conversation"}</span>
                  <time dateTime={thread.created_at}>{agoWords(thread.created_at, now)}</time>
                </button>
                <Button size="s" tone={doomed === thread.id ? "danger" : "quiet"} onClick={() => void remove(thread)}>
                  {doomed === thread.id ? "Delete for good" : <Icon name="trash" />}
                  {doomed !== thread.id && <span className="visually-hidden">Delete conversation</span>}
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </Popover>
  );
}

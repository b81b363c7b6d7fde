"use client";

import { createContext, use, useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import { LiveConnection, type LiveEvent, type LiveStatus } from "./connection";

const Live = createContext<LiveConnection | undefined>(undefined);

export function LiveProvider({ children }: { children: ReactNode }) {
  const [connection] = useState(() => new LiveConnection(() => new EventSource("/api/me/stream")));
  useEffect(() => {
    const back = () => connection.start();
    const gone = () => connection.networkGone();
    connection.start();
    window.addEventListener("online", back);
    window.addEventListener("offline", gone);
    return () => {
      window.removeEventListener("online", back);
      window.removeEventListener("offline", gone);
      connection.stop();
    };
  }, [connection]);
  return <Live value={connection}>{children}</Live>;
}

function useConnection(): LiveConnection {
  const connection = use(Live);
  if (!connection) throw new Error("used outside LiveProvider");
  return connection;
}

export function useLiveStatus(): LiveStatus {
  const connection = useConnection();
  return useSyncExternalStore(
    (changed) => connection.watch(changed),
    () => connection.status,
    () => "connecting",
  );
}

/** Calls the newest `handler` for each event of one kind. */
export function useLiveEvent(name: LiveEvent, handler: (data: unknown) => void): void {
  const connection = useConnection();
  const newest = useRef(handler);
  useEffect(() => {
    newest.current = handler;
  });
  useEffect(() => connection.on(name, (data) => newest.current(data)), [connection, name]);
}

/** Calls the newest `refresh` whenever events may have been missed. */
export function useLiveRefresh(refresh: () => void): void {
  const connection = useConnection();
  const newest = useRef(refresh);
  useEffect(() => {
    newest.current = refresh;
  });
  useEffect(() => connection.onRefresh(() => newest.current()), [connection]);
}

"use client";

import { useEffect, useState } from "react";

const KEY = "todoku.chat-draft";

/** What is being typed; it outlives a reload and a forced sign-in in the same tab. */
export function useDraft(): [string, (text: string) => void] {
  const [draft, setDraft] = useState(() => (typeof window === "undefined" ? "" : (sessionStorage.getItem(KEY) ?? "")));
  useEffect(() => {
    if (draft) sessionStorage.setItem(KEY, draft);
    else sessionStorage.removeItem(KEY);
  }, [draft]);
  return [draft, setDraft];
}

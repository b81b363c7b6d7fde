import { textOf, type AssistantContent, type ItemUpdate, type StreamEvent, type Thread, type ThreadItem, type WidgetItem } from "./protocol";
import { appendText, changeComponent } from "./widget-tree";

/** A message on its way: it is shown, and kept, until the server has stored it. */
export interface Outgoing {
  readonly text: string;
  readonly failed?: string;
}

export interface Trouble {
  readonly message: string;
  readonly retry: boolean;
}

export interface ChatState {
  readonly phase: "loading" | "ready" | "failed";
  readonly thread: Thread | null;
  readonly items: readonly ThreadItem[];
  /** Continues towards older items; null at the beginning of the conversation. */
  readonly older: string | null;
  readonly outgoing: Outgoing | null;
  readonly running: boolean;
  readonly progress: string | null;
  readonly notice: string | null;
  readonly trouble: Trouble | null;
}

export const EMPTY: ChatState = {
  phase: "loading",
  thread: null,
  items: [],
  older: null,
  outgoing: null,
  running: false,
  progress: null,
  notice: null,
  trouble: null,
};

export type Action =
  | { type: "load" }
  | { type: "loaded"; thread: Thread | null; items: readonly ThreadItem[]; older: string | null }
  | { type: "load-failed"; message: string }
  | { type: "older"; items: readonly ThreadItem[]; older: string | null }
  | { type: "start"; text?: string }
  | { type: "event"; event: StreamEvent }
  | { type: "end" }
  | { type: "broken"; message: string; begun: boolean }
  /** What the server had stored of a turn that broke off. */
  | { type: "recovered"; items: readonly ThreadItem[]; older: string | null };

function changeContent(content: readonly AssistantContent[], index: number, change: (old: string) => string) {
  const parts = [...content];
  while (parts.length <= index) parts.push({ type: "output_text", text: "" });
  parts[index] = { type: "output_text", text: change(parts[index]!.text) };
  return parts;
}

function updateWidget(item: WidgetItem, update: ItemUpdate): WidgetItem {
  switch (update.type) {
    case "widget.root.updated":
      return { ...item, widget: update.widget };
    case "widget.component.updated":
      return { ...item, widget: changeComponent(item.widget, update.component_id, () => update.component) };
    case "widget.streaming_text.value_delta":
      return { ...item, widget: changeComponent(item.widget, update.component_id, (old) => appendText(old, update.delta)) };
    default:
      return item;
  }
}

function updateItem(item: ThreadItem, update: ItemUpdate): ThreadItem {
  if (item.type === "widget") return updateWidget(item, update);
  if (item.type !== "assistant_message" || !("content_index" in update)) return item;
  const change =
    update.type === "assistant_message.content_part.text_delta"
      ? (old: string) => old + update.delta
      : () => update.content.text;
  return { ...item, content: changeContent(item.content, update.content_index, change) };
}

/** Adds an item, or replaces the one of its id: `added` and `done` name the same item twice. */
function put(items: readonly ThreadItem[], item: ThreadItem): readonly ThreadItem[] {
  const known = items.some(({ id }) => id === item.id);
  return known ? items.map((old) => (old.id === item.id ? item : old)) : [...items, item];
}

function onEvent(state: ChatState, event: StreamEvent): ChatState {
  switch (event.type) {
    case "thread.created":
    case "thread.updated":
      return { ...state, thread: { ...state.thread, ...event.thread } };
    case "thread.item.added":
    case "thread.item.done":
    case "thread.item.replaced": {
      const outgoing = event.item.type === "user_message" ? null : state.outgoing;
      const progress = event.item.type === "assistant_message" ? null : state.progress;
      return { ...state, outgoing, progress, items: put(state.items, event.item) };
    }
    case "thread.item.updated": {
      const items = state.items.map((item) => (item.id === event.item_id ? updateItem(item, event.update) : item));
      return { ...state, items };
    }
    case "thread.item.removed":
      return { ...state, items: state.items.filter(({ id }) => id !== event.item_id) };
    case "progress_update":
      return { ...state, progress: event.text };
    case "notice":
      return { ...state, notice: event.message };
    case "error":
      return { ...state, trouble: { message: event.message || "The reply failed.", retry: event.allow_retry ?? false } };
    default:
      return state; // options and effects this client has no use for
  }
}

/** A message whose receipt was lost may have been stored all the same; an answer may be complete. */
function recovered(state: ChatState, items: readonly ThreadItem[], older: string | null): ChatState {
  const { outgoing } = state;
  const known = new Set(state.items.map(({ id }) => id));
  const last = items.findLast((item) => item.type === "user_message");
  const arrived = outgoing !== null && last !== undefined && !known.has(last.id) && textOf(last) === outgoing.text;
  const trouble = arrived ? { message: outgoing.failed ?? "The reply was interrupted.", retry: true } : state.trouble;
  const unanswered = items.at(-1)?.type === "user_message";
  const over = !unanswered && trouble?.retry;
  return { ...state, items, older, outgoing: arrived ? null : outgoing, trouble: over ? null : trouble };
}

export function reduce(state: ChatState, action: Action): ChatState {
  switch (action.type) {
    case "load":
      return EMPTY;
    case "loaded":
      return { ...EMPTY, phase: "ready", thread: action.thread, items: action.items, older: action.older };
    case "load-failed":
      return { ...state, phase: "failed", trouble: { message: action.message, retry: true } };
    case "older":
      return { ...state, items: [...action.items, ...state.items], older: action.older };
    case "start": {
      const outgoing = action.text === undefined ? state.outgoing : { text: action.text };
      return { ...state, phase: "ready", outgoing, running: true, progress: null, notice: null, trouble: null };
    }
    case "event":
      return onEvent(state, action.event);
    case "end":
      return { ...state, running: false, progress: null };
    case "recovered":
      return recovered(state, action.items, action.older);
    case "broken": {
      const ended = { ...state, running: false, progress: null };
      if (state.outgoing) return { ...ended, outgoing: { ...state.outgoing, failed: action.message } };
      return { ...ended, trouble: { message: action.message, retry: action.begun } };
    }
  }
}

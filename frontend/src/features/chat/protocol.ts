/** The part of the ChatKit protocol this client speaks; names and shapes are the server's (chatkit/types.py). */
import type { Widgets } from "@openai/chatkit";

export type Widget = Widgets.WidgetRoot | Widgets.WidgetComponent | Widgets.ListViewItem;

/** What a widget's button asks the server to do. Only `type` and `payload` travel back. */
export interface WidgetAction {
  readonly type: string;
  readonly payload?: unknown;
  readonly streaming?: boolean;
}

interface ItemBase {
  readonly id: string;
  readonly thread_id: string;
  readonly created_at: string;
}

export interface UserMessage extends ItemBase {
  readonly type: "user_message";
  readonly content: readonly { readonly type: string; readonly text: string }[];
}

export interface AssistantContent {
  readonly type: "output_text";
  readonly text: string;
}

export interface AssistantMessage extends ItemBase {
  readonly type: "assistant_message";
  readonly content: readonly AssistantContent[];
}

export interface WidgetItem extends ItemBase {
  readonly type: "widget";
  readonly widget: Widget;
}

/** Kinds that are stored but not shown, such as the end of a turn. */
export interface OtherItem extends ItemBase {
  readonly type: "end_of_turn" | "task" | "workflow" | "client_tool_call" | "generated_image" | "structured_input";
}

export type ThreadItem = UserMessage | AssistantMessage | WidgetItem | OtherItem;

export interface Page<T> {
  readonly data: readonly T[];
  readonly has_more?: boolean;
  readonly after?: string | null;
}

export interface Thread {
  readonly id: string;
  readonly title?: string | null;
  readonly created_at: string;
}

export type ItemUpdate =
  | { type: "assistant_message.content_part.added"; content_index: number; content: AssistantContent }
  | { type: "assistant_message.content_part.text_delta"; content_index: number; delta: string }
  | { type: "assistant_message.content_part.done"; content_index: number; content: AssistantContent }
  | { type: "widget.root.updated"; widget: Widget }
  | { type: "widget.component.updated"; component_id: string; component: Widget }
  | { type: "widget.streaming_text.value_delta"; component_id: string; delta: string };

export type StreamEvent =
  | { type: "thread.created" | "thread.updated"; thread: Thread }
  | { type: "thread.item.added" | "thread.item.done" | "thread.item.replaced"; item: ThreadItem }
  | { type: "thread.item.updated"; item_id: string; update: ItemUpdate }
  | { type: "thread.item.removed"; item_id: string }
  | { type: "progress_update"; text: string }
  | { type: "notice"; level: "info" | "warning" | "danger"; message: string; title?: string }
  | { type: "error"; message?: string; allow_retry?: boolean };

export function userInput(text: string) {
  return { content: [{ type: "input_text", text }], attachments: [], inference_options: {} };
}

export const textOf = (item: UserMessage | AssistantMessage): string => item.content.map(({ text }) => text).join("\n\n");

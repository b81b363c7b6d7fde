import { ApiError, json, send } from "@/lib/api/request";
import { eventData } from "@/lib/event-stream";
import { userInput, type Page, type StreamEvent, type Thread, type ThreadItem, type WidgetAction } from "./protocol";

const CHATKIT = "/chatkit";

export interface ChatRequest {
  readonly type: string;
  readonly params: Record<string, unknown>;
}

export const createThread = (text: string): ChatRequest => ({
  type: "threads.create",
  params: { input: userInput(text) },
});

export const addMessage = (threadId: string, text: string): ChatRequest => ({
  type: "threads.add_user_message",
  params: { thread_id: threadId, input: userInput(text) },
});

export const retryAfter = (threadId: string, itemId: string): ChatRequest => ({
  type: "threads.retry_after_item",
  params: { thread_id: threadId, item_id: itemId },
});

export const customAction = (threadId: string, itemId: string, { type, payload }: WidgetAction): ChatRequest => ({
  type: "threads.custom_action",
  params: { thread_id: threadId, item_id: itemId, action: { type, payload } },
});

/**
 * Sends a request and hands on each event of its answer as it comes.
 * @throws ApiError when nothing was begun, and with status 0 when the stream breaks off.
 */
export async function run(request: ChatRequest, onEvent: (event: StreamEvent) => void, signal: AbortSignal): Promise<void> {
  const response = await send("POST", CHATKIT, { body: request, headers: { Accept: "text/event-stream" }, signal });
  if (!response.body) throw new ApiError(0);
  try {
    for await (const data of eventData(response.body)) onEvent(JSON.parse(data) as StreamEvent);
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError(0, { title: "The connection was lost." });
  }
}

export const listThreads = (limit: number, after?: string): Promise<Page<Thread>> =>
  json("POST", CHATKIT, { body: { type: "threads.list", params: { limit, order: "desc", after } } });

export const getThread = (id: string): Promise<Thread> =>
  json("POST", CHATKIT, { body: { type: "threads.get_by_id", params: { thread_id: id } } });

/** Newest first; `after` continues towards the beginning of the conversation. */
export const listItems = (threadId: string, after?: string): Promise<Page<ThreadItem>> =>
  json("POST", CHATKIT, {
    body: { type: "items.list", params: { thread_id: threadId, limit: 50, order: "desc", after } },
  });

export async function deleteThread(id: string): Promise<void> {
  await send("POST", CHATKIT, { body: { type: "threads.delete", params: { thread_id: id } } });
}

import { describe, expect, it } from "vitest";
import type { StreamEvent, ThreadItem } from "./protocol";
import { EMPTY, reduce, type ChatState } from "./state";

const base = { thread_id: "t", created_at: "2026-01-01T00:00:00Z" };
const user = (id: string, text: string): ThreadItem => ({ ...base, id, type: "user_message", content: [{ type: "input_text", text }] });
const reply = (id: string, text: string): ThreadItem => ({ ...base, id, type: "assistant_message", content: [{ type: "output_text", text }] });

function play(state: ChatState, ...events: StreamEvent[]): ChatState {
  return events.reduce((now, event) => reduce(now, { type: "event", event }), state);
}

const ready = reduce(EMPTY, { type: "loaded", thread: null, items: [], older: null });
const sending = reduce(ready, { type: "start", text: "add milk" });

describe("a turn", () => {
  it("shows the message at once and once", () => {
    expect(sending.outgoing?.text).toBe("add milk");
    const state = play(sending, { type: "thread.item.done", item: user("u", "add milk") });
    expect(state.outgoing).toBeNull();
    expect(state.items).toHaveLength(1);
  });

  it("builds the reply from its deltas and ends with the whole of it", () => {
    const delta = (text: string): StreamEvent => ({
      type: "thread.item.updated",
      item_id: "a",
      update: { type: "assistant_message.content_part.text_delta", content_index: 0, delta: text },
    });
    const item = { ...reply("a", ""), content: [] } as ThreadItem;
    const streaming = play(sending, { type: "thread.item.added", item }, delta("Added "), delta("milk"));
    expect(streaming.items[0]).toMatchObject({ content: [{ text: "Added milk" }] });
    const done = play(streaming, { type: "thread.item.done", item: reply("a", "Added milk.") });
    expect(done.items).toMatchObject([{ id: "a", content: [{ text: "Added milk." }] }]);
  });

  it("shows progress until the reply begins", () => {
    const working = play(sending, { type: "progress_update", text: "Searching" });
    expect(working.progress).toBe("Searching");
    expect(play(working, { type: "thread.item.added", item: reply("a", "") }).progress).toBeNull();
  });

  it("passes over events it does not know", () => {
    expect(play(sending, { type: "stream_options" } as unknown as StreamEvent)).toEqual(sending);
  });
});

describe("widgets", () => {
  const widget = { type: "Card", children: [{ type: "Text", id: "x", value: "Dele" }] } as const;
  const shown = play(ready, { type: "thread.item.done", item: { ...base, id: "w", type: "widget", widget: widget as never } });

  it("take text as it streams", () => {
    const update = { type: "widget.streaming_text.value_delta", component_id: "x", delta: "te?" } as const;
    const state = play(shown, { type: "thread.item.updated", item_id: "w", update });
    expect(state.items[0]).toMatchObject({ widget: { children: [{ value: "Delete?" }] } });
  });

  it("are replaced once decided", () => {
    const item = { ...base, id: "w", type: "widget", widget: { type: "Card", children: [] } } as ThreadItem;
    expect(play(shown, { type: "thread.item.replaced", item }).items).toEqual([item]);
  });
});

describe("trouble", () => {
  const broken = reduce(sending, { type: "broken", message: "away", begun: false });

  it("before the message was taken keeps what was typed", () => {
    expect(broken.outgoing).toEqual({ text: "add milk", failed: "away" });
    expect(reduce(broken, { type: "start", text: "add milk" }).outgoing).toEqual({ text: "add milk" });
  });

  it("during the reply offers to try again", () => {
    const taken = play(sending, { type: "thread.item.done", item: user("u", "add milk") });
    expect(reduce(taken, { type: "broken", message: "lost", begun: true }).trouble).toEqual({ message: "lost", retry: true });
  });

  it("is over when the server had answered after all", () => {
    const taken = play(sending, { type: "thread.item.done", item: user("u", "add milk") });
    const lost = reduce(taken, { type: "broken", message: "lost", begun: true });
    const items = [user("u", "add milk"), reply("a", "Added.")];
    expect(reduce(lost, { type: "recovered", items, older: null })).toMatchObject({ trouble: null, items });
  });

  it("does not send a message twice whose receipt was lost", () => {
    const state = reduce(broken, { type: "recovered", items: [user("u", "add milk")], older: null });
    expect(state.outgoing).toBeNull();
    expect(state.trouble?.retry).toBe(true);
  });

  it("with a click that was never taken stays in view", () => {
    const clicked = reduce(reduce(ready, { type: "start" }), { type: "broken", message: "away", begun: false });
    const items = [user("u", "delete it"), reply("a", "Sure?")];
    expect(reduce(clicked, { type: "recovered", items, older: null }).trouble).toEqual({ message: "away", retry: false });
  });

  it("said by the server is shown in its words", () => {
    const state = play(sending, { type: "error", message: "The model is away.", allow_retry: true });
    expect(state.trouble).toEqual({ message: "The model is away.", retry: true });
  });
});

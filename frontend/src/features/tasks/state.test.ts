import { describe, expect, it } from "vitest";
import { EMPTY, reduce, visible, type TasksState } from "./state";
import type { Task } from "./types";

const BLANK: Omit<Task, "id" | "number" | "title"> = {
  description: "",
  status: "open",
  completed_at: null,
  priority: null,
  tags: [],
  list_id: null,
  parent_id: null,
  due: null,
  due_at: null,
  reminders: [],
  recurrence: null,
  series_id: null,
  predecessor_id: null,
  position: null,
  version: 1,
  source: "user",
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  deleted_at: null,
};

const task = (id: string, over: Partial<Task> = {}): Task => ({ ...BLANK, id, number: Number(id), title: id, ...over });

const loaded = (...items: Task[]) => reduce(EMPTY, { type: "loaded", items, cursor: null, fresh: true });
const titles = (state: TasksState) => visible(state, "open", new Set()).map(({ id }) => id);

describe("changes", () => {
  it("keep the newer of two versions, whichever comes first", () => {
    const newer = task("1", { version: 3, title: "new" });
    for (const order of [[newer, task("1", { version: 2 })], [task("1", { version: 2 }), newer]]) {
      const state = order.reduce((now, one) => reduce(now, { type: "changed", task: one }), loaded(task("1")));
      expect(state.tasks.get("1")?.title).toBe("new");
    }
  });

  it("let no late answer bring a deleted task back, but a restore does", () => {
    const gone = reduce(loaded(task("1", { version: 4 })), { type: "removed", id: "1", version: 5 });
    expect(reduce(gone, { type: "changed", task: task("1", { version: 4 }) }).tasks.size).toBe(0);
    expect(reduce(gone, { type: "changed", task: task("1", { version: 6 }) }).tasks.size).toBe(1);
  });

  it("ignore a deletion older than what is known", () => {
    const restored = loaded(task("1", { version: 6 }));
    expect(reduce(restored, { type: "removed", id: "1", version: 5 }).tasks.size).toBe(1);
  });

  it("take a task that arrives as deleted for gone", () => {
    const state = reduce(loaded(task("1")), { type: "changed", task: task("1", { version: 2, deleted_at: "now" }) });
    expect(state.tasks.size).toBe(0);
    expect(state.gone.get("1")).toBe(2);
  });
});

describe("loading", () => {
  it("afresh drops what is no longer there and keeps what is newer than the answer", () => {
    const before = loaded(task("1"), task("2", { version: 9, title: "newer" }));
    const state = reduce(before, { type: "loaded", items: [task("2", { version: 8 })], cursor: null, fresh: true });
    expect([...state.tasks.keys()]).toEqual(["2"]);
    expect(state.tasks.get("2")?.title).toBe("newer");
  });

  it("a further page adds to what is there", () => {
    const state = reduce(loaded(task("1")), { type: "loaded", items: [task("2")], cursor: "c", fresh: false });
    expect(state).toMatchObject({ phase: "ready", cursor: "c" });
    expect(state.tasks.size).toBe(2);
  });

  it("that fails keeps what was shown", () => {
    expect(reduce(loaded(task("1")), { type: "failed", problem: "away" })).toMatchObject({ phase: "ready", problem: "away" });
    expect(reduce(EMPTY, { type: "failed", problem: "away" }).phase).toBe("failed");
  });
});

describe("visible", () => {
  it("orders open tasks by due, without one last, and equal ones by number", () => {
    const at = (date: string, time: string | null) => ({
      due: { date, time, timezone: null },
      due_at: time && `${date}T${time}:00Z`,
    });
    const state = loaded(
      task("1"),
      task("2", at("2026-03-02", null)),
      task("3", at("2026-03-02", "09:00")),
      task("4", at("2026-03-02", "08:00")),
      task("5", at("2026-03-01", "23:00")),
      task("6"),
    );
    expect(titles(state)).toEqual(["5", "4", "3", "2", "1", "6"]);
  });

  it("keeps what was just ticked in view", () => {
    const state = loaded(task("1", { status: "done" }), task("2"));
    expect(titles(state)).toEqual(["2"]);
    expect(visible(state, "open", new Set(["1"]))).toHaveLength(2);
  });
});

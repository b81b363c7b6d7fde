import { describe, expect, it } from "vitest";
import type { Notification } from "./types";
import { bodyOf } from "./words";

const NOW = new Date("2026-03-03T21:30:00Z");
const base: Notification = {
  id: "n",
  kind: "reminder",
  task_id: "t",
  reminder_id: "r",
  number: 1,
  title: "Call Sam",
  body: "Due 2026-03-04 09:00",
  due: { date: "2026-03-04", time: "09:00", timezone: null },
  created_at: "2026-03-03T21:30:00Z",
  read_at: null,
};
const said = (over: Partial<Notification>) => bodyOf({ ...base, ...over }, "Asia/Karachi", NOW, "en-US");

describe("bodyOf", () => {
  it("uses the reader's words", () => {
    expect(said({})).toBe("Due: Today 9:00 AM");
  });

  it("keeps the service's words for what only the service knows", () => {
    expect(said({ kind: "missed" })).toBe(base.body);
    expect(said({ due: null })).toBe(base.body);
    expect(said({ due: { date: "2026-03-04", time: "09:00", timezone: "Europe/London" } })).toBe(base.body);
  });
});

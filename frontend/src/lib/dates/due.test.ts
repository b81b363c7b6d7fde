import { describe, expect, it } from "vitest";
import { agoWords, dayIn, dueGroup, dueWords, isOverdue, localDue } from "./due";

const KARACHI = "Asia/Karachi";
// Wednesday 4 March 2026, 02:30 in Karachi, still the 3rd in London.
const NOW = new Date("2026-03-03T21:30:00Z");
const due = (date: string, time: string | null = null) => ({ date, time });

describe("dayIn", () => {
  it("is the reader's day, not the machine's", () => {
    expect(dayIn(KARACHI, NOW)).toBe("2026-03-04");
    expect(dayIn("Europe/London", NOW)).toBe("2026-03-03");
  });
});

describe("localDue", () => {
  it("leaves a floating due where it is", () => {
    const floating = { date: "2026-03-04", time: "09:00", timezone: null };
    expect(localDue(floating, "2026-03-04T04:00:00Z", "America/New_York")).toEqual(due("2026-03-04", "09:00"));
  });

  it("moves one fixed to another zone, over midnight too", () => {
    const fixed = { date: "2026-03-04", time: "20:00", timezone: "America/New_York" };
    expect(localDue(fixed, "2026-03-05T01:00:00Z", KARACHI)).toEqual(due("2026-03-05", "06:00"));
  });
});

describe("dueWords", () => {
  it.each([
    ["2026-03-04", null, "Today"],
    ["2026-03-04", "17:00", "Today 5:00 PM"],
    ["2026-03-05", null, "Tomorrow"],
    ["2026-03-03", null, "Yesterday"],
    ["2026-03-01", null, "3 days ago"],
    ["2026-03-06", "09:00", "Friday 9:00 AM"],
    ["2026-03-11", null, "Wed, Mar 11"],
    ["2027-01-01", null, "Fri, Jan 1, 2027"],
    ["2026-02-01", null, "Sun, Feb 1"],
  ])("%s %s is “%s”", (date, time, words) => {
    expect(dueWords(due(date, time), KARACHI, NOW, "en-US")).toBe(words);
  });
});

describe("dueGroup", () => {
  it.each([
    [due("2026-03-03"), "overdue"],
    [due("2026-03-04", "02:30"), "overdue"],
    [due("2026-03-04", "02:31"), "today"],
    [due("2026-03-04"), "today"],
    [due("2026-03-05", "00:00"), "tomorrow"],
    [due("2026-03-10"), "week"],
    [due("2026-03-11"), "later"],
    [null, "none"],
  ])("%o is %s", (when, group) => {
    expect(dueGroup(when, KARACHI, NOW)).toBe(group);
  });

  it("calls no whole day overdue before it is over", () => {
    expect(isOverdue(due("2026-03-04"), KARACHI, NOW)).toBe(false);
  });
});

describe("agoWords", () => {
  it.each([
    ["2026-03-03T21:29:50Z", "now"],
    ["2026-03-03T21:25:00Z", "5 minutes ago"],
    ["2026-03-03T18:30:00Z", "3 hours ago"],
    ["2026-03-01T21:30:00Z", "2 days ago"],
  ])("%s is “%s”", (instant, words) => {
    expect(agoWords(instant, NOW, "en-US")).toBe(words);
  });
});

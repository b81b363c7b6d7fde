// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { TaskActions } from "../use-task-actions";
import type { Task } from "../types";
import { TaskRow } from "./task-row";

afterEach(cleanup);

const task = (number: number, title: string) =>
  ({ id: String(number), number, title, status: "open", tags: [], reminders: [], due: null, due_at: null }) as unknown as Task;

function board(rename = vi.fn(async () => true)) {
  const actions = { complete: vi.fn(), remove: vi.fn(), rename, lingering: new Set(), busy: new Set() };
  const shared = { actions: actions as unknown as TaskActions, timezone: "UTC", now: new Date(0) };
  render(
    <ul data-board>
      <TaskRow task={task(1, "Milk")} {...shared} />
      <TaskRow task={task(2, "Rice")} {...shared} />
    </ul>,
  );
  screen.getByRole("checkbox", { name: "Milk" }).focus();
  return actions;
}

describe("a task by keyboard", () => {
  it("is completed by space", async () => {
    const actions = board();
    await userEvent.keyboard(" ");
    expect(actions.complete).toHaveBeenCalledWith(expect.objectContaining({ title: "Milk" }), true);
  });

  it("is left for its neighbour by the arrows", async () => {
    board();
    await userEvent.keyboard("{ArrowDown}");
    expect(document.activeElement).toBe(screen.getByRole("checkbox", { name: "Rice" }));
  });

  it("is deleted, and its neighbour takes the focus", async () => {
    const actions = board();
    await userEvent.keyboard("{Delete}");
    expect(actions.remove).toHaveBeenCalledWith(expect.objectContaining({ title: "Milk" }));
    expect(document.activeElement).toBe(screen.getByRole("checkbox", { name: "Rice" }));
  });

  it("is renamed in place", async () => {
    const actions = board();
    await userEvent.keyboard("{Enter}Oat milk{Enter}");
    expect(actions.rename).toHaveBeenCalledWith(expect.objectContaining({ title: "Milk" }), "Oat milk");
    expect(screen.queryByRole("textbox")).toBeNull();
  });

  it("keeps the field and what was typed when the name is refused", async () => {
    board(vi.fn(async () => false));
    await userEvent.keyboard("{Enter}Oat milk{Enter}");
    expect(screen.getByRole("textbox")).toHaveProperty("value", "Oat milk");
  });

  it("keeps its name when one leaves by escape", async () => {
    const actions = board();
    await userEvent.keyboard("{Enter}Oat milk{Escape}");
    expect(actions.rename).not.toHaveBeenCalled();
  });
});

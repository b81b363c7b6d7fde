import type { Widget } from "./protocol";

type Change = (component: Widget) => Widget;

/** The same widget with one component, found by its id, changed. */
export function changeComponent(root: Widget, id: string, change: Change): Widget {
  if (root.id === id) return change(root);
  if (!("children" in root) || !Array.isArray(root.children)) return root;
  const children = (root.children as Widget[]).map((child) => changeComponent(child, id, change));
  return { ...root, children } as Widget;
}

export function appendText(component: Widget, delta: string): Widget {
  const value = "value" in component && typeof component.value === "string" ? component.value : "";
  return { ...component, value: value + delta } as Widget;
}

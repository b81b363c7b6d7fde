"use client";

import type { ReactNode } from "react";
import type { Widgets } from "@openai/chatkit";
import { Button } from "@/components/button";
import type { Widget as WidgetData, WidgetAction } from "../protocol";
import { Markdown } from "./markdown";
import styles from "./widget.module.css";

interface Context {
  /** Nothing can be clicked while something is being done. */
  readonly busy: boolean;
  readonly act: (action: WidgetAction) => void;
}

function Children({ of, ...context }: { of: WidgetData } & Context) {
  if (!("children" in of) || of.children === undefined) return null;
  const children = [of.children].flat() as WidgetData[];
  return children.map((child, index) => (
    <Widget key={child.key ?? child.id ?? index} widget={child} {...context} />
  ));
}

function CardWidget({ card, ...context }: { card: Widgets.Card } & Context) {
  const choice = (action: Widgets.Card["confirm"], tone: "primary" | "plain") =>
    action && (
      <Button size="s" tone={tone} disabled={context.busy} onClick={() => context.act(action.action)}>
        {action.label}
      </Button>
    );
  return (
    <div className={styles.card}>
      {card.status && <p className={styles.status}>{card.status.text}</p>}
      <Children of={card} {...context} />
      {(card.confirm || card.cancel) && (
        <div className={styles.choices}>
          {choice(card.confirm, "primary")}
          {choice(card.cancel, "plain")}
        </div>
      )}
    </div>
  );
}

function ButtonWidget({ button, busy, act }: { button: Widgets.Button } & Context) {
  const action = button.onClickAction;
  return (
    <Button
      size="s"
      tone={button.color === "danger" ? "danger" : button.style === "primary" ? "primary" : "plain"}
      disabled={busy || button.disabled || !action}
      onClick={() => action && act(action)}
    >
      {button.label}
    </Button>
  );
}

function boxed(className: string | undefined, widget: WidgetData, context: Context): ReactNode {
  return (
    <div className={className}>
      <Children of={widget} {...context} />
    </div>
  );
}

/** Draws the components an approval or a result is made of. One it does not know shows what is inside it. */
export function Widget({ widget, ...context }: { widget: WidgetData } & Context) {
  switch (widget.type) {
    case "Card":
      return <CardWidget card={widget} {...context} />;
    case "Title":
      return <p className={styles.title}>{widget.value}</p>;
    case "Text":
      return <p className={widget.lineThrough ? styles.struck : undefined}>{widget.value}</p>;
    case "Caption":
      return <p className={styles.caption}>{widget.value}</p>;
    case "Markdown":
      return <Markdown text={widget.value} />;
    case "Badge":
      return <span className={styles.badge}>{widget.label}</span>;
    case "Divider":
      return <hr className={styles.divider} />;
    case "Button":
      return <ButtonWidget button={widget} {...context} />;
    case "Row":
      return boxed(styles.row, widget, context);
    case "ListView":
      return boxed(styles.list, widget, context);
    case "Spacer":
      return <span className={styles.spacer} />;
    default:
      return boxed(styles.column, widget, context);
  }
}

"use client";

import { useState } from "react";
import { Button } from "@/components/button";
import { Icon } from "@/components/icon";
import { askLater, askPermission, permission } from "../browser";
import styles from "./notifications.module.css";

/** Shown once there is a reminder to be told of. Rendered in the browser only. */
export function AskBar() {
  const [state, setState] = useState(permission);
  if (state !== "ask") return null;
  return (
    <div className={styles.ask} role="region" aria-label="Browser notifications">
      <Icon name="bell" />
      <p>Let reminders reach you when this tab is in the background?</p>
      <div className={styles.answers}>
      <Button size="s" tone="primary" onClick={async () => setState(await askPermission())}>
        Turn on
      </Button>
      <Button
        size="s"
        tone="quiet"
        onClick={() => {
          askLater();
          setState("denied");
        }}
      >
        Not now
      </Button>
      </div>
    </div>
  );
}

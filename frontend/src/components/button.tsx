import type { ComponentProps } from "react";
import { Spinner } from "./spinner";
import styles from "./button.module.css";

type Props = ComponentProps<"button"> & {
  tone?: "primary" | "plain" | "quiet" | "danger";
  size?: "m" | "s";
  busy?: boolean;
};

/** While busy it keeps its place and focus, says so, and does nothing. */
export function Button({ tone = "plain", size = "m", busy = false, className, children, onClick, ...rest }: Props) {
  const names = [styles.button, styles[tone], styles[size], className].filter(Boolean).join(" ");
  return (
    <button
      type="button"
      {...rest}
      className={names}
      aria-disabled={busy || undefined}
      onClick={(event) => (busy ? event.preventDefault() : onClick?.(event))}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

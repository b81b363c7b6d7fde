"use client";

import Link from "next/link";
import { useRef, useState, type FormEvent } from "react";
import { Button } from "@/components/button";
import { leaveFor } from "@/lib/navigation";
import { authClient } from "../client";
import { markTimezonePending } from "../timezone";
import { TextField } from "./text-field";
import styles from "./auth.module.css";

type Mode = "sign-in" | "sign-up";

const WORDS = {
  "sign-in": { heading: "Welcome back", action: "Sign in", other: "New here?", link: "Create an account", href: "/sign-up" },
  "sign-up": { heading: "Create your account", action: "Create account", other: "Have an account?", link: "Sign in", href: "/sign-in" },
} as const;

async function submit(mode: Mode, data: FormData): Promise<string | undefined> {
  const text = (name: string) => String(data.get(name) ?? "");
  const credentials = { email: text("email").trim(), password: text("password") };
  const { error } =
    mode === "sign-in"
      ? await authClient.signIn.email(credentials)
      : await authClient.signUp.email({ ...credentials, name: text("name").trim() });
  if (!error) return undefined;
  if (error.status === 429) return "Too many tries. Wait a minute, then try again.";
  return error.message || "That did not work. Check your connection and try again.";
}

/** One form for both: they differ in a name field and in words. */
export function AuthForm({ mode }: { mode: Mode }) {
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const alert = useRef<HTMLParagraphElement>(null);
  const words = WORDS[mode];

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(undefined);
    const failed = await submit(mode, new FormData(event.currentTarget)).catch(
      () => "Todoku cannot be reached. Check your connection and try again.",
    );
    if (failed === undefined) {
      if (mode === "sign-up") markTimezonePending();
      leaveFor("/");
      return;
    }
    setProblem(failed);
    setBusy(false);
    requestAnimationFrame(() => alert.current?.focus());
  }

  return (
    <form className={styles.form} onSubmit={onSubmit}>
      <h1 className={styles.heading}>{words.heading}</h1>
      {problem && (
        <p ref={alert} className={styles.problem} role="alert" tabIndex={-1}>
          {problem}
        </p>
      )}
      {mode === "sign-up" && <TextField label="Name" name="name" autoComplete="name" maxLength={100} required />}
      <TextField label="Email" name="email" type="email" autoComplete="email" inputMode="email" required />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete={mode === "sign-in" ? "current-password" : "new-password"}
        minLength={mode === "sign-up" ? 8 : undefined}
        maxLength={128}
        hint={mode === "sign-up" ? "At least 8 characters" : undefined}
        required
      />
      <Button type="submit" tone="primary" busy={busy}>
        {words.action}
      </Button>
      <p className={styles.other}>
        {words.other} <Link href={words.href}>{words.link}</Link>
      </p>
    </form>
  );
}

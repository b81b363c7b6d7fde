import { redirect } from "next/navigation";
import { Logo } from "@/components/logo";
import { currentUser } from "../server/current-user";
import { AuthForm } from "./auth-form";
import styles from "./auth.module.css";

export async function AuthPage({ mode }: { mode: "sign-in" | "sign-up" }) {
  if (await currentUser()) redirect("/");
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <p className={styles.brand}>
          <Logo size={28} /> Todoku
        </p>
        <AuthForm mode={mode} />
      </div>
      <p className={styles.tagline}>Say it once. It arrives when it is due.</p>
    </main>
  );
}

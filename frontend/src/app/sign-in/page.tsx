import type { Metadata } from "next";
import { AuthPage } from "@/features/auth/components/auth-page";

export const metadata: Metadata = { title: "Sign in" };

export default function Page() {
  return <AuthPage mode="sign-in" />;
}

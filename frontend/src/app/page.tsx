import { redirect } from "next/navigation";
import { currentUser } from "@/features/auth/server/current-user";
import { WorkspaceLoader } from "@/features/workspace/components/workspace-loader";

export default async function Page() {
  const user = await currentUser();
  if (!user) redirect("/sign-in");
  return <WorkspaceLoader person={{ name: user.name, email: user.email }} />;
}

import Link from "next/link";
import { MessagePage } from "@/components/message-page";

export default function NotFound() {
  return (
    <MessagePage heading="There is nothing here">
      <Link href="/">To your tasks</Link>
    </MessagePage>
  );
}

"use client";

import { Button } from "@/components/button";
import { MessagePage } from "@/components/message-page";

export default function ErrorPage() {
  return (
    <MessagePage heading="Todoku cannot be shown right now">
      <p>Part of it is away. Nothing you saved is lost.</p>
      <Button onClick={() => window.location.reload()}>Try again</Button>
    </MessagePage>
  );
}

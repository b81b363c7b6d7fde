"use client";

import { useCallback, useEffect, useState } from "react";
import { browserTimezone, settlePendingTimezone } from "@/features/auth/timezone";
import { useLiveRefresh } from "@/features/live/live-provider";
import { dataOf, MINE, taskService } from "@/lib/api/task-service";

const SETTINGS = "/api/{user_id}/settings";
const params = { path: MINE };

async function load(): Promise<string> {
  await settlePendingTimezone(async (timezone) => {
    await taskService.PATCH(SETTINGS, { params, body: { timezone } });
  });
  const { timezone } = await dataOf(taskService.GET(SETTINGS, { params }));
  return timezone;
}

/** The person's IANA zone from their settings; the browser's until those are known. */
export function useTimezone(): string {
  const [timezone, setTimezone] = useState(browserTimezone);
  const refresh = useCallback(() => {
    // Not worth a message of its own: the list says what is away, and the stream's next start tries again.
    load().then(setTimezone, () => undefined);
  }, []);
  useEffect(refresh, [refresh]);
  useLiveRefresh(refresh);
  return timezone;
}

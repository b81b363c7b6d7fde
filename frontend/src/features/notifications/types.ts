export interface Notification {
  readonly id: string;
  readonly kind: "reminder" | "missed";
  readonly task_id: string;
  readonly reminder_id: string;
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly due: { readonly date: string; readonly time: string | null; readonly timezone: string | null } | null;
  readonly created_at: string;
  readonly read_at: string | null;
}

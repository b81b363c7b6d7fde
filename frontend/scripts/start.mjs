// Starts the standalone server on loopback unless told otherwise (Next's own default is every interface).
import { existsSync } from "node:fs";

const server = new URL("../.next/standalone/server.js", import.meta.url);
if (!existsSync(server)) {
  console.error("There is no build yet: run `npm run build` first.");
  process.exit(1);
}
process.env.HOSTNAME ||= "127.0.0.1";
process.env.PORT ||= "3000";
process.env.NEXT_TELEMETRY_DISABLED ??= "1";
await import(server.href);

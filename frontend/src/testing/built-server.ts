import { spawn, type ChildProcess } from "node:child_process";
import { unusedAddress } from "./loopback";

/** The built server on a free port, with every service at one address. It has no database: callers bring tokens. */
export interface BuiltServer {
  readonly url: string;
  stop(): Promise<void>;
}

const START_MS = 20_000;

async function answers(url: string, process: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && process.exitCode === null) {
    const response = await fetch(`${url}/livez`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the built server does not answer; has `npm run build` been run?");
}

export type Variables = Readonly<Record<string, string>>;

export async function startBuilt(service: string, extra: Variables = {}): Promise<BuiltServer> {
  const url = (await unusedAddress()).replace("127.0.0.1", "localhost");
  const child = spawnBuilt(url, service, extra);
  await answers(url, child);
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGTERM");
      }),
  };
}

/** The process, which may end at once; its error output is inherited unless `stderr` says otherwise. */
export function spawnBuilt(url: string, service: string, extra: Variables, stderr: "inherit" | "pipe" = "inherit"): ChildProcess {
  const env = {
    ...process.env,
    NODE_ENV: "production" as const,
    PORT: new URL(url).port,
    HOSTNAME: "127.0.0.1",
    BETTER_AUTH_URL: url,
    BETTER_AUTH_SECRET: crypto.randomUUID() + crypto.randomUUID(),
    AUTH_DATABASE_URL: "postgresql://nobody@127.0.0.1:9/none",
    TASK_URL: service,
    RECURRING_URL: service,
    NOTIFICATION_URL: service,
    CHAT_URL: service,
    MCP_URL: `${service}/mcp`,
    ...extra,
  };
  return spawn(process.execPath, ["scripts/start.mjs"], { env, stdio: ["ignore", "ignore", stderr] });
}

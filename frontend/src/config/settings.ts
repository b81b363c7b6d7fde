/** The server's settings, read once from the environment. Nothing here reaches the browser. */
export interface Settings {
  readonly baseUrl: string;
  readonly secret: string;
  readonly databaseUrl: string;
  /** Sign-ups and sign-ins a minute from one address. */
  readonly signInsPerMinute: number;
  /** Addresses of the proxies in front of us, whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** How long a server that is told to end goes on answering, until callers know. */
  readonly drainSeconds: number;
  readonly services: Services;
}

/** Base addresses of the services, without a trailing slash; `mcp` is the full address of its endpoint. */
export interface Services {
  readonly task: string;
  readonly recurring: string;
  readonly notification: string;
  readonly chat: string;
  readonly mcp: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

export class SettingsError extends Error {}

function required(env: Environment, name: string): string {
  const value = env[name];
  if (!value) throw new SettingsError(`${name} is not set`);
  return value;
}

function address(env: Environment, name: string, fallback: string): string {
  const value = env[name] || fallback;
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new SettingsError(`${name} is not an http(s) address`);
  }
  return value.replace(/\/+$/, "");
}

function secret(env: Environment): string {
  const value = required(env, "BETTER_AUTH_SECRET");
  if (value.length < 32) throw new SettingsError("BETTER_AUTH_SECRET must have at least 32 characters");
  return value;
}

function count(env: Environment, name: string, fallback: number): number {
  const value = Number(env[name] || fallback);
  if (!Number.isInteger(value) || value < 1) throw new SettingsError(`${name} must be a positive integer`);
  return value;
}

function drain(env: Environment): number {
  const value = Number(env.DRAIN_SECONDS || 0);
  if (!(value >= 0 && value <= 300)) throw new SettingsError("DRAIN_SECONDS must be a number from 0 to 300");
  return value;
}

/** @throws SettingsError naming the first variable that is missing or unusable. */
export function readSettings(env: Environment): Settings {
  return {
    baseUrl: address(env, "BETTER_AUTH_URL", "http://localhost:3000"),
    secret: secret(env),
    databaseUrl: required(env, "AUTH_DATABASE_URL"),
    signInsPerMinute: count(env, "AUTH_SIGN_INS_PER_MINUTE", 30),
    trustedProxies: (env.TRUSTED_PROXIES ?? "").split(",").map((part) => part.trim()).filter(Boolean),
    drainSeconds: drain(env),
    services: {
      task: address(env, "TASK_URL", "http://127.0.0.1:8101"),
      recurring: address(env, "RECURRING_URL", "http://127.0.0.1:8102"),
      notification: address(env, "NOTIFICATION_URL", "http://127.0.0.1:8103"),
      chat: address(env, "CHAT_URL", "http://127.0.0.1:8105"),
      mcp: address(env, "MCP_URL", "http://127.0.0.1:8104/mcp"),
    },
  };
}

let cached: Settings | undefined;

export function settings(): Settings {
  return (cached ??= readSettings(process.env));
}

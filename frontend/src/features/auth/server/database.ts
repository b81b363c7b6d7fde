import { Pool, type PoolConfig } from "pg";

/** The PostgreSQL schema that holds everything of sign-in. */
export const AUTH_SCHEMA = "auth";

/** `connectionString` may name a Unix socket: `postgresql://user:pw@/db?host=/socket/dir`. */
export function poolConfig(connectionString: string): PoolConfig {
  return {
    connectionString,
    max: 10,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
    application_name: "todoku-frontend",
  };
}

/** What the last use of the database said; `unknown` until the first. Readiness reads it without a query. */
export type Outcome = "unknown" | "ok" | "failed";

export class Database {
  readonly pool: Pool;
  #outcome: Outcome = "unknown";

  constructor(connectionString: string) {
    this.pool = new Pool(poolConfig(connectionString));
    // Without a listener a broken idle connection ends the process.
    this.pool.on("error", () => (this.#outcome = "failed"));
    this.pool.on("acquire", () => (this.#outcome = "ok"));
  }

  /** A healthy database is not asked again, so that one that suspends when idle may sleep. */
  async ready(): Promise<boolean> {
    if (this.#outcome === "ok") return true;
    try {
      await this.pool.query("SELECT 1");
      this.#outcome = "ok";
    } catch {
      this.#outcome = "failed";
    }
    return this.#outcome === "ok";
  }
}

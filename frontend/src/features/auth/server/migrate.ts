import { setTimeout } from "node:timers/promises";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { Client, DatabaseError, Pool } from "pg";
import { readSettings } from "@/config/settings";
import { AUTH_SCHEMA, poolConfig } from "./database";
import { authOptions } from "./options";

// "auth" as a number, for pg_advisory_lock: two replicas that start together must not both migrate.
const LOCK = 0x61757468;

const WAIT_MS = 60_000;
const AGAIN_MS = 1_000;
const STARTING = "57P03";

// A database that sleeps, is starting or that the network does not let a new pod reach yet.
async function connected(connectionString: string): Promise<Client> {
  const end = performance.now() + WAIT_MS;
  for (;;) {
    const client = new Client(poolConfig(connectionString));
    try {
      await client.connect();
      return client;
    } catch (error) {
      const answered = error instanceof DatabaseError && error.code !== STARTING;
      if (answered || performance.now() > end) throw error;
      process.stderr.write(`waiting for the database: ${String(error)}\n`);
    }
    await setTimeout(AGAIN_MS);
  }
}

async function ensureSchema(client: Client): Promise<void> {
  const found = await client.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [AUTH_SCHEMA]);
  // CREATE SCHEMA IF NOT EXISTS asks for rights on the whole database even when there is nothing to do.
  if (found.rowCount === 0) await client.query(`CREATE SCHEMA ${AUTH_SCHEMA}`);
}

async function plan(connectionString: string) {
  const pool = new Pool({ ...poolConfig(connectionString), options: `-c search_path=${AUTH_SCHEMA}` });
  const options = authOptions(readSettings(process.env));
  const auth = betterAuth({ ...options, database: pool, logger: { level: "error" } });
  return { pool, migrations: await getMigrations(auth.options) };
}

/**
 * Brings the `auth` schema up to date; running it again changes nothing.
 * Needs a direct connection (session state), so AUTH_MIGRATIONS_DATABASE_URL may differ from AUTH_DATABASE_URL.
 */
async function migrate(): Promise<void> {
  const connectionString = process.env.AUTH_MIGRATIONS_DATABASE_URL || readSettings(process.env).databaseUrl;
  const client = await connected(connectionString);
  try {
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    await ensureSchema(client);
    const { pool, migrations } = await plan(connectionString);
    await migrations.runMigrations();
    await pool.end();
    const tables = migrations.toBeCreated.map(({ table }) => table).join(", ") || "none";
    process.stdout.write(`auth schema is up to date (new tables: ${tables})\n`);
  } finally {
    await client.end();
  }
}

await migrate();

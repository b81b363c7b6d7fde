import { betterAuth } from "better-auth";
import { PostgresDialect } from "kysely";
import { settings, type Settings } from "@/config/settings";
import { AUTH_SCHEMA, Database } from "./database";
import { authOptions } from "./options";

function create(current: Settings) {
  const database = new Database(current.databaseUrl);
  const auth = betterAuth({
    ...authOptions(current),
    // The schema is named in every statement: a pooled connection keeps no search_path.
    database: { dialect: new PostgresDialect({ pool: database.pool }), type: "postgres", schemaName: AUTH_SCHEMA },
  });
  return { auth, database };
}

let instance: ReturnType<typeof create> | undefined;

/** The process's one Better Auth. Lazy, because building the application must not need a database. */
export function authentication() {
  return (instance ??= create(settings()));
}

// Completes .next/standalone: Next leaves static files and public/ for a CDN to serve; we serve them ourselves.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";

cpSync(".next/static", ".next/standalone/.next/static", { recursive: true });
if (existsSync("public")) cpSync("public", ".next/standalone/public", { recursive: true });
execFileSync(process.execPath, ["scripts/bundle-migrate.mjs", ".next/standalone/migrate.mjs"], { stdio: "inherit" });

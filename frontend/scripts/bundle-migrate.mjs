// Bundles the migration script to one file, so that images need neither TypeScript nor node_modules for it.
import { build } from "esbuild";

const outfile = process.argv[2];
if (!outfile) throw new Error("usage: node scripts/bundle-migrate.mjs <outfile>");

await build({
  entryPoints: ["src/features/auth/server/migrate.ts"],
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  outfile,
  tsconfig: "tsconfig.json",
  external: ["pg-native"],
  // CommonJS packages inside an ES module bundle still call require.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  logLevel: "warning",
});

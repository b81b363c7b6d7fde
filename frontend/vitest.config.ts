import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";

/** `npm run test:built` sets this: tests of the built server, as people run it. */
const built = process.env.VITEST_BUILT === "1";

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  test: {
    include: built ? ["src/**/*.built.test.ts"] : ["src/**/*.test.{ts,tsx}"],
    exclude: built ? configDefaults.exclude : [...configDefaults.exclude, "src/**/*.built.test.ts"],
    testTimeout: built ? 120_000 : 5_000,
    hookTimeout: built ? 30_000 : 10_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
});

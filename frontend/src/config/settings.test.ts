import { describe, expect, it } from "vitest";
import { readSettings, SettingsError } from "./settings";

const env = { BETTER_AUTH_SECRET: "x".repeat(32), AUTH_DATABASE_URL: "postgresql:///todoku" };

describe("readSettings", () => {
  it("knows where everything is on a laptop", () => {
    const { baseUrl, services } = readSettings(env);
    expect(baseUrl).toBe("http://localhost:3000");
    expect(services.mcp).toBe("http://127.0.0.1:8104/mcp");
    expect(services.task).toBe("http://127.0.0.1:8101");
  });

  it.each([
    [{ BETTER_AUTH_SECRET: undefined }, "BETTER_AUTH_SECRET"],
    [{ BETTER_AUTH_SECRET: "short" }, "BETTER_AUTH_SECRET"],
    [{ AUTH_DATABASE_URL: "" }, "AUTH_DATABASE_URL"],
    [{ TASK_URL: "file:///etc/passwd" }, "TASK_URL"],
    [{ CHAT_URL: "not an address" }, "CHAT_URL"],
    [{ AUTH_SIGN_INS_PER_MINUTE: "0" }, "AUTH_SIGN_INS_PER_MINUTE"],
    [{ DRAIN_SECONDS: "-1" }, "DRAIN_SECONDS"],
    [{ DRAIN_SECONDS: "soon" }, "DRAIN_SECONDS"],
  ])("refuses %o and names it", (wrong, name) => {
    expect(() => readSettings({ ...env, ...wrong })).toThrow(SettingsError);
    expect(() => readSettings({ ...env, ...wrong })).toThrow(name);
  });
});

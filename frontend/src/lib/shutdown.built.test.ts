import { once } from "node:events";
import http from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { spawnBuilt, startBuilt, type BuiltServer } from "@/testing/built-server";

const NOWHERE = "http://127.0.0.1:9";
let web: BuiltServer | undefined;

afterEach(() => web?.stop());

/** The `Connection` of an answer; each caller has a connection of its own unless it brings an agent. */
function connectionOf(agent: http.Agent | false = false): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const request = http.get(`${web!.url}/livez`, { agent }, (response) => {
      response.resume().on("end", () => resolve(response.headers.connection));
    });
    request.on("error", reject);
  });
}

describe("a server that is told to end", () => {
  it("goes on answering while it drains, and sends callers elsewhere", async () => {
    web = await startBuilt(NOWHERE, { DRAIN_SECONDS: "3" });
    const kept = new http.Agent({ keepAlive: true });
    expect(await connectionOf(kept)).toBe("keep-alive");
    const ended = web.stop();
    await delay(500);
    expect(await connectionOf(kept)).toBe("close");
    expect(await connectionOf(new http.Agent({ keepAlive: true }))).toBe("close");
    await ended;
    web = undefined;
  });

  it("has stopped listening by then when it does not drain", async () => {
    web = await startBuilt(NOWHERE);
    const ended = web.stop();
    await delay(500);
    await expect(connectionOf()).rejects.toThrow("ECONNREFUSED");
    await ended;
    web = undefined;
  });
});

describe("wrong settings", () => {
  it.each([
    [{ BETTER_AUTH_SECRET: "" }, "BETTER_AUTH_SECRET is not set\n"],
    [{ TASK_URL: "hunter2" }, "TASK_URL is not an http(s) address\n"],
  ])("%o end it with one line and the code for configuration", async (wrong, line) => {
    const child = spawnBuilt("http://localhost:9", NOWHERE, { ...wrong, PORT: "0" }, "pipe");
    const [said, [code]] = await Promise.all([text(child.stderr!), once(child, "exit")]);
    expect(said).toBe(line);
    expect(code).toBe(78);
  });
});

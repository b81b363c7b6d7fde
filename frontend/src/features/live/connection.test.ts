import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LiveConnection, type Source } from "./connection";

class FakeSource implements Source {
  readyState = 0;
  closed = false;
  readonly #listeners = new Map<string, (event: MessageEvent<string>) => void>();
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void {
    this.#listeners.set(type, listener);
  }
  close(): void {
    this.closed = true;
  }
  say(type: string, data = "{}"): void {
    this.#listeners.get(type)?.({ data } as MessageEvent<string>);
  }
  refuse(): void {
    this.readyState = 2;
    this.say("error");
  }
}

let sources: FakeSource[];
let connection: LiveConnection;

beforeEach(() => {
  vi.useFakeTimers();
  sources = [];
  connection = new LiveConnection(() => {
    const source = new FakeSource();
    sources.push(source);
    return source;
  });
  connection.start();
});
afterEach(() => {
  connection.stop();
  vi.useRealTimers();
});

describe("LiveConnection", () => {
  it("hands each event to those who asked for its kind", () => {
    const tasks = vi.fn();
    const off = connection.on("task", tasks);
    sources[0]!.say("task", '{"id":"1"}');
    sources[0]!.say("notification");
    off();
    sources[0]!.say("task");
    expect(tasks.mock.calls).toEqual([[{ id: "1" }]]);
  });

  it("refreshes when it first opens and at a resync, not when the browser resumes by itself", () => {
    const refresh = vi.fn();
    connection.onRefresh(refresh);
    sources[0]!.say("open");
    expect(refresh).toHaveBeenCalledTimes(1);
    sources[0]!.say("error");
    expect(connection.status).toBe("connecting");
    sources[0]!.say("open");
    expect(connection.status).toBe("live");
    expect(refresh).toHaveBeenCalledTimes(1);
    sources[0]!.say("resync");
    expect(refresh).toHaveBeenCalledTimes(2);
  });

  it("starts again, ever more slowly, after a refusal, and then refreshes", () => {
    const refresh = vi.fn();
    connection.onRefresh(refresh);
    sources[0]!.refuse();
    expect(connection.status).toBe("offline");
    vi.advanceTimersByTime(1_250);
    sources[1]!.refuse();
    vi.advanceTimersByTime(1_400);
    expect(sources).toHaveLength(2);
    vi.advanceTimersByTime(1_100);
    sources[2]!.say("open");
    expect(connection.status).toBe("live");
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it("says that the network is gone and starts afresh when it is back", () => {
    sources[0]!.say("open");
    connection.networkGone();
    expect(connection.status).toBe("offline");
    connection.start();
    expect(sources[0]!.closed).toBe(true);
    sources[1]!.say("open");
    expect(connection.status).toBe("live");
  });
});

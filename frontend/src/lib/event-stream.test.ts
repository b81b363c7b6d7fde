import { describe, expect, it } from "vitest";
import { eventData } from "./event-stream";

async function read(...chunks: (string | Uint8Array)[]): Promise<string[]> {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
      controller.close();
    },
  });
  const found: string[] = [];
  for await (const data of eventData(body)) found.push(data);
  return found;
}

describe("eventData", () => {
  it("joins what the network cut anywhere", async () => {
    expect(await read("da", 'ta: {"a":', "1}\n", "\ndata: 2\n\n")).toEqual(['{"a":1}', "2"]);
  });

  it("keeps a character whole whose bytes were cut", async () => {
    const bytes = new TextEncoder().encode("data: 届く\n\n");
    expect(await read(bytes.slice(0, 8), bytes.slice(8))).toEqual(["届く"]);
  });

  it("reads every kind of line end, even one cut in two", async () => {
    expect(await read("data: 1\r", "\n\r\ndata: 2\r\n\r\n")).toEqual(["1", "2"]);
  });

  it("passes over comments and other fields", async () => {
    expect(await read(":\n\n: hi\nid: 4\nevent: x\ndata: 1\nretry: 3\n\n")).toEqual(["1"]);
  });

  it("joins several data lines by a line break", async () => {
    expect(await read("data: a\ndata: b\n\n")).toEqual(["a\nb"]);
  });

  it("drops an event that was not finished", async () => {
    expect(await read("data: 1\n\ndata: 2\n")).toEqual(["1"]);
  });
});

import type { IncomingMessage } from "node:http";

export class BodyTooLarge extends Error {}

/** Passes a request body on chunk by chunk; throws BodyTooLarge at the first byte over the limit. */
export async function* limited(body: ReadableStream<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > limit) throw new BodyTooLarge();
    yield chunk;
  }
}

/** Can be read again from its beginning, also while an earlier reading has not come to its end. */
export function replayable<T>(source: AsyncIterable<T>): AsyncIterable<T> {
  const rest = source[Symbol.asyncIterator]();
  const steps: Promise<IteratorResult<T>>[] = [];
  return {
    async *[Symbol.asyncIterator]() {
      for (let index = 0; ; index += 1) {
        const step = await (steps[index] ??= rest.next());
        if (step.done) return;
        yield step.value;
      }
    },
  };
}

// A comment of the event stream format: clients ignore it.
const COMMENT = new TextEncoder().encode(":\n\n");

/**
 * A service's answer as a web stream that never holds a chunk back and stops reading when the client does
 * not keep up. Next sends the headers with the first chunk, so an event stream that is quiet at first would
 * look unanswered: it begins with a comment.
 */
export function responseBody(upstream: IncomingMessage): ReadableStream<Uint8Array> {
  const events = upstream.headers["content-type"]?.startsWith("text/event-stream");
  let open = true;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const finish = (end: () => void) => {
          if (open) end();
          open = false;
        };
        if (events) controller.enqueue(COMMENT);
        upstream.on("data", (chunk: Buffer) => {
          if (!open) return;
          controller.enqueue(chunk);
          if ((controller.desiredSize ?? 0) <= 0) upstream.pause();
        });
        upstream.on("end", () => finish(() => controller.close()));
        upstream.on("error", (error) => finish(() => controller.error(error)));
      },
      pull() {
        upstream.resume();
      },
      cancel() {
        open = false;
        upstream.destroy();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 64 * 1024 }),
  );
}

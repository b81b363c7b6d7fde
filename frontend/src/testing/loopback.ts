import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";

/** A real server on a free loopback port, to stand for a service. */
export interface Loopback {
  readonly url: string;
  readonly requests: IncomingMessage[];
  close(): Promise<void>;
}

const listening = (server: Server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

export async function loopback(listener: RequestListener): Promise<Loopback> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  await listening(server);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Starts servers that end with the test in which they started. */
export function loopbacks(): (listener: RequestListener) => Promise<Loopback> {
  const servers: Loopback[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));
  return async (listener) => {
    const server = await loopback(listener);
    servers.push(server);
    return server;
  };
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** An address where nothing listens. */
export async function unusedAddress(): Promise<string> {
  const server = await loopback((_, response) => response.end());
  await server.close();
  return server.url;
}

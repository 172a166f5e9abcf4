import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { SyncHandler } from '../sync/server/handler.js';
import { Failure } from './failure.js';

/** Serves a handler on 127.0.0.1 until the process is interrupted. @param started is called with the server's address. */
export async function serveUntilStopped(
  handler: SyncHandler,
  port: number,
  started: (url: string) => void,
): Promise<void> {
  const server = await listen(handler, port);
  started(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  await once(server, 'close');
}

/** A node:http server for a handler, on 127.0.0.1 only: for development. */
export async function listen(handler: SyncHandler, port: number): Promise<Server> {
  const server = createServer(async (incoming, outgoing) => {
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort());
    try {
      const response = await handler(toRequest(incoming, gone.signal));
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.flushHeaders();
      if (response.body === null) outgoing.end();
      else await pipeline(Readable.fromWeb(response.body as ReadableStream), outgoing);
    } catch {
      outgoing.destroy(); // The client closed the connection.
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' || error.code === 'EACCES' ? noPort(port, error) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

function noPort(port: number, error: NodeJS.ErrnoException): Failure {
  const why = error.code === 'EADDRINUSE' ? 'is in use' : 'needs rights that this process lacks';
  return new Failure(`port ${port} ${why}: pass another --port, or --port 0 for a free one`);
}

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = 'GET', url = '/', headers } = incoming;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const init = {
    method,
    signal,
    headers: Object.entries(headers).map(
      ([name, value]) => [name, String(value)] as [string, string],
    ),
    ...(hasBody && { body: Readable.toWeb(incoming), duplex: 'half' }),
  };
  return new Request(`http://127.0.0.1${url}`, init as RequestInit);
}

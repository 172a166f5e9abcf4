/** Starts the database, the server and the page on this machine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { Hono } from 'hono';
import { Miniflare } from 'miniflare';
import { build } from 'vite';
import { startSqld } from '../../tools/sqld/index.js';
import { bundleWorker } from '../turso-edge/run-worker.js';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export interface RunningBoard {
  /** The page. `?user=ben` is another user. */
  readonly url: string;
  /** Where a client syncs. */
  readonly syncUrl: string;
  stop(): Promise<void>;
}

/** @returns undefined if there is no sqld for this platform. */
export async function runBoard(port = 0): Promise<RunningBoard | undefined> {
  const sqld = await startSqld();
  if (sqld === undefined) return undefined;
  const client = createClient({ url: sqld.httpUrl });
  await migrate(drizzle(client), { migrationsFolder: file('./drizzle') });
  client.close();
  const worker = new Miniflare({
    modules: true,
    script: await bundleWorker(file('./worker.ts')),
    host: '127.0.0.1',
    port: 0,
    compatibilityDate: '2025-11-01',
    bindings: {
      TURSO_URL: sqld.httpUrl,
      USERS: '{"ann-token":"ann","ben-token":"ben","cleo-token":"cleo"}',
    },
  });
  const workerUrl = await worker.ready;
  const directory = await mkdtemp(join(tmpdir(), 'board-'));
  await build({
    configFile: file('./vite.config.ts'),
    build: { outDir: join(directory, 'page') },
    logLevel: 'error',
  });

  // One origin for the page and its server, as a deployed application has.
  const page = new Hono().use('*', serveStatic({ root: join(directory, 'page') }));
  const answerWithPage = getRequestListener(page.fetch);
  const server = createServer((incoming, outgoing) => {
    if (new URL(incoming.url!, workerUrl).pathname === '/sync') pass(incoming, outgoing, workerUrl);
    else void answerWithPage(incoming, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    syncUrl: `${url}sync`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await worker.dispose();
      await sqld.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Passes a request on; a live stream ends with whichever side ends first. */
function pass(incoming: IncomingMessage, outgoing: ServerResponse, to: URL): void {
  const { method, headers } = incoming;
  const onward = request(new URL('/sync', to), { method: method!, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode!, answer.headers);
    answer.once('error', () => outgoing.destroy()).pipe(outgoing);
  });
  onward.once('error', () => outgoing.destroy());
  outgoing.once('close', () => onward.destroy());
  incoming.pipe(onward);
}

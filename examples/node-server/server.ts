/** A sync server on Node: Hono with @hono/node-server, in front of a libSQL file or a Turso database. */
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { createClient } from '@libsql/client';
import { withCrr } from 'drizzle-crr';
import { createSyncHandler } from 'drizzle-crr/sync';
import { drizzle } from 'drizzle-orm/libsql';
import { Hono } from 'hono';
import * as schema from '../turso-edge/schema.js';

/** Starts the server on 127.0.0.1. Port 0 takes a free port. */
export async function startServer(databaseUrl: string, port = 0) {
  const client = createClient({ url: databaseUrl });
  await client.execute(schema.TODOS_DDL);
  const db = withCrr(drizzle(client), { schema });
  await db.$crr.install();
  // For this example only. Use `authorize` to decide who may do what.
  const handler = createSyncHandler({ db, public: true });
  const app = new Hono();
  app.all('/sync', (c) => handler(c.req.raw));
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, () =>
      resolve(started),
    );
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}/sync`,
    async stop() {
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      client.close();
    },
  };
}

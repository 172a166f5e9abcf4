/** What the examples of docs/sync.md may use besides: an application that is there, and a server. */
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { createSyncHandler } from 'drizzle-crr/sync';
import { Hono } from 'hono';
import type { ApplyResult } from '../../src/index.js';
import { openDatabase, tasks } from './sites.js';

export { tasks };

export const app = new Hono();
export const authorization = 'Bearer ann';

/** A real application asks its identity provider here. */
export async function userOf(request: Request): Promise<{ readonly id: string } | null> {
  const name = /^Bearer (\w+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
  return name === undefined ? null : { id: name };
}

export const refresh = (_: ApplyResult) => {};
export const showProgress = (_: number) => {};

const handler = createSyncHandler({ db: await openDatabase(), public: true });
const server = serve({ fetch: handler, hostname: '127.0.0.1', port: 0 });
await new Promise((resolve) => server.once('listening', resolve));
server.unref();
export const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sync`;

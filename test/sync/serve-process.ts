/** A server process: `serve-process.ts <database url>` prints its address and serves until killed. */
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { serve as handlerOf, openSite } from './world.js';

const site = await openSite(process.argv[2]);
const handler = handlerOf(site);
const server = serve({ fetch: handler, hostname: '127.0.0.1', port: 0 }, () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});

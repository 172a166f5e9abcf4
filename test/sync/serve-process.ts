/**
 * A server process: `serve-process.ts <database url> [n]` prints its address and serves until killed;
 * with `n` it dies with its n-th answer in hand: what was asked is done, and nobody hears of it.
 */
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { serve as handlerOf, openSite } from './world.js';

const [url, last] = process.argv.slice(2);
const site = await openSite(url);
const handler = handlerOf(site);
let answers = 0;
const fetch = async (request: Request) => {
  const response = await handler(request);
  if (++answers === Number(last)) process.kill(process.pid, 'SIGKILL');
  return response;
};
const server = serve({ fetch, hostname: '127.0.0.1', port: 0 }, () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});

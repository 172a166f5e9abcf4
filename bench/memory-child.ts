/** Run by memory.ts: `node memory-child SOURCE TARGET`. */
import { existsSync, readFileSync } from 'node:fs';
import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { withCrr } from '../src/index.js';
import type { Peak } from './memory.js';
import { citiesShape } from './shapes.js';

const STATUS = '/proc/self/status';
const [source, target] = process.argv.slice(2).map((path) => {
  const client = createClient({ url: `file:${path}` });
  return withCrr(drizzle(client), { schema: { table: citiesShape().table } }).$crr;
});
const idleMb = peakSoFar();
const { cellsWon } = await target!.apply(source!.changes({ since: 0 }));
const peakMb = peakSoFar();
console.log(JSON.stringify({ idleMb, peakMb, cellsWon } satisfies Peak));

/** Linux hands `maxRSS` down from the parent, so what it says may be the parent's peak. */
function peakSoFar(): number {
  const status = existsSync(STATUS) ? readFileSync(STATUS, 'utf8') : '';
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kilobytes) / 1_024;
}

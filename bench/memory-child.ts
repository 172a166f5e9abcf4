/** Run by memory.ts: `node memory-child SOURCE TARGET`. */
import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { withCrr } from '../src/index.js';
import type { Peak } from './memory.js';
import { citiesShape } from './shapes.js';

const [source, target] = process.argv.slice(2).map((path) => {
  const client = createClient({ url: `file:${path}` });
  return withCrr(drizzle(client), { schema: { table: citiesShape().table } }).$crr;
});
const idleMb = process.resourceUsage().maxRSS / 1_024;
const { cellsWon } = await target!.apply(source!.changes({ since: 0 }));
const peakMb = process.resourceUsage().maxRSS / 1_024;
console.log(JSON.stringify({ idleMb, peakMb, cellsWon } satisfies Peak));

/** Run by memory.ts: `node memory-child SOURCE TARGET`. */
import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { withCrr } from '../src/index.js';
import type { Peak } from './memory.js';
import { peakMb as peakSoFar } from './peak.js';
import { citiesShape } from './shapes.js';

const [source, target] = process.argv.slice(2).map((path) => {
  const client = createClient({ url: `file:${path}` });
  return withCrr(drizzle(client), { schema: { table: citiesShape().table } }).$crr;
});
const idleMb = peakSoFar();
const { cellsWon } = await target!.apply(source!.changes({ since: 0 }));
const peakMb = peakSoFar();
console.log(JSON.stringify({ idleMb, peakMb, cellsWon } satisfies Peak));

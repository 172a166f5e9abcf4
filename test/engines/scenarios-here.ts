/** Which scenarios an engine runs on this line of Drizzle. */
import { isDrizzle1 } from '../support/drizzle-line.js';
import { SCENARIOS } from './conformance.js';

/**
 * They query as others do, and take most of the time: the second line of Drizzle leaves them out where the first runs them, and
 * in a browser all engines but one do, unless it is `npm run soak`, which sets CRR_HISTORIES.
 */
const SAME_QUERIES: ReadonlySet<string> = new Set([
  'documents of a text merge, also with writes by SQL',
  'a table with history tells what was written, and takes it back',
  'a preview is what the merge then does, and a function decides conflicts',
  'writes wait in a draft until they are reviewed',
  'rows that break a foreign key or a unique index are merged, and shown once they can be',
  'deletes are forgotten, and a client from before them is told',
  'a copied client and a restored server begin again',
  'damage to the bookkeeping is found, and repaired',
]);

const isLong = process.env.CRR_HISTORIES !== undefined;

/** Of one of several engines in a browser. */
export const scenariosInBrowser = (all: boolean): string[] =>
  Object.keys(SCENARIOS).filter((scenario) => isLong || all || !SAME_QUERIES.has(scenario));

/** @param onlyDrizzle1 whether Drizzle has a driver for the engine from 1.0 on. */
export const scenariosHere = (onlyDrizzle1 = false): string[] =>
  Object.keys(SCENARIOS).filter(
    (scenario) => !isDrizzle1 || onlyDrizzle1 || !SAME_QUERIES.has(scenario),
  );

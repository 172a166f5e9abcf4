/** Which scenarios an engine runs. */
import { isLong } from '../support/sampled.js';
import { SCENARIOS } from './conformance.js';

/**
 * They query as others do, and take most of the time: the second line of Drizzle leaves them out where the first runs them, and
 * in a browser all engines but one do.
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

/** @param all false: an engine of the same kind, or the same engine on the other line of Drizzle, runs them all. */
export const sampledScenarios = (all: boolean): string[] =>
  Object.keys(SCENARIOS).filter((scenario) => isLong || all || !SAME_QUERIES.has(scenario));

/** Every engine gives the transcripts that libSQL gives. */
import { describe, expect, test } from 'vitest';
import { isDrizzle1 } from '../support/drizzle-line.js';
import { SCENARIOS } from './conformance.js';
import { OPENERS, openOn } from './openers.js';
import { reference } from './reference.js';

/** Drizzle has one driver for each of these and another engine, so its other line runs only that one. */
const SAME_DRIVER = new Set([
  'libSQL, file',
  'libSQL, embedded replica of sqld',
  'sqlite-wasm in Node, by sqlite-proxy',
]);
const openers = isDrizzle1 ? OPENERS.filter(({ name }) => !SAME_DRIVER.has(name)) : OPENERS;

for (const opener of openers) {
  const { drizzle: open } = opener;
  describe(opener.name, () => {
    const reason =
      open === undefined ? 'this line of Drizzle has no driver for the engine' : opener.missing;
    for (const [name, scenario] of Object.entries(SCENARIOS)) {
      const title = reason === undefined ? name : `${name} (skipped: ${reason})`;
      test.skipIf(reason !== undefined)(title, async () => {
        expect(await scenario((schema) => openOn(opener, schema))).toEqual(await reference(name));
      });
    }
  });
}

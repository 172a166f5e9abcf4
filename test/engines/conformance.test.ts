/** Every engine gives the transcripts that libSQL gives. */
import { describe, expect, test } from 'vitest';
import { isDrizzle1 } from '../support/drizzle-line.js';
import { REFUSED, SCENARIOS } from './conformance.js';
import { OPENERS, openOn } from './openers.js';
import { reference } from './reference.js';
import { sampledScenarios } from './sampled-scenarios.js';

/** Drizzle has one driver for each of these and another engine, so its other line runs only that one. */
const SAME_DRIVER = new Set([
  'libSQL, file',
  'libSQL, embedded replica of sqld',
  'sqlite-wasm in Node, by sqlite-proxy',
]);
/** Drizzle has drivers for these from 1.0 on. */
const ONLY_DRIZZLE_1 = new Set(['Turso, file', 'op-sqlite, stand-in']);
const openers = isDrizzle1 ? OPENERS.filter(({ name }) => !SAME_DRIVER.has(name)) : OPENERS;

for (const opener of openers) {
  const { drizzle: open } = opener;
  describe(opener.name, () => {
    const reason =
      open === undefined ? 'this line of Drizzle has no driver for the engine' : opener.missing;
    for (const name of sampledScenarios(!isDrizzle1 || ONLY_DRIZZLE_1.has(opener.name))) {
      const scenario = SCENARIOS[name]!;
      const title = reason === undefined ? name : `${name} (skipped: ${reason})`;
      test.skipIf(reason !== undefined)(title, async () => {
        const run = scenario((schema) => openOn(opener, schema));
        if (REFUSED.get(opener.name)?.scenarios.includes(name)) {
          await expect(run).rejects.toMatchObject({ code: 'CRR_USAGE_DRIVER' });
          return;
        }
        expect(await run).toEqual(await reference(name));
      });
    }
  });
}

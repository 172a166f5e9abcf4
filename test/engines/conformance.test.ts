/** Every engine gives the transcripts that libSQL gives. */
import { describe, expect, test } from 'vitest';
import { SCENARIOS } from './conformance.js';
import { OPENERS, openOn } from './openers.js';
import { reference } from './reference.js';

for (const opener of OPENERS) {
  const { drizzle: open } = opener;
  describe(opener.name, () => {
    const reason =
      open === undefined ? 'this line of Drizzle has no driver for the engine' : opener.missing;
    for (const [name, scenario] of Object.entries(SCENARIOS)) {
      const title = reason === undefined ? name : `${name} (skipped: ${reason})`;
      test.skipIf(reason !== undefined)(title, async () => {
        expect(await scenario(() => openOn(opener))).toEqual(await reference(name));
      });
    }
  });
}

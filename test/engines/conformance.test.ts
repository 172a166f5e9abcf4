/** Every engine gives the transcripts that libSQL gives. */
import { describe, expect, test } from 'vitest';
import { type WithCrrOptions, withCrr } from '../../src/index.js';
import { openInstalled, SCENARIOS, type Site } from './conformance.js';
import { OPENERS } from './openers.js';
import { reference } from './reference.js';

for (const opener of OPENERS) {
  const { adapter, openClient, drizzle: open } = opener;
  describe(opener.name, () => {
    const openDatabase = async (options: WithCrrOptions): Promise<Site> => {
      const client = await openClient();
      const { kind, transactions } = adapter.connect(client, {})!;
      const again = () => withCrr(open!(client as never), options) as unknown as Site['db'];
      return { db: again(), again, transactions: transactions === 'batch' ? undefined : kind };
    };
    for (const [name, scenario] of Object.entries(SCENARIOS)) {
      const reason =
        open === undefined
          ? 'this line of Drizzle has no driver for the engine'
          : opener.skips?.[name];
      const title = reason === undefined ? name : `${name} (skipped: ${reason})`;
      test.skipIf(reason !== undefined)(title, async () => {
        expect(await scenario(() => openInstalled(openDatabase))).toEqual(await reference(name));
      });
    }
  });
}

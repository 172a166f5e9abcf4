/** Every engine gives the transcripts that libSQL gives. */
import { drizzle } from 'drizzle-orm/libsql';
import { describe, expect, test } from 'vitest';
import { type WithCrrOptions, withCrr } from '../../src/index.js';
import { memoryClient } from '../support/client.js';
import { type OpenDatabase, openInstalled, SCENARIOS, type Site } from './conformance.js';
import { OPENERS } from './openers.js';

const openReference: OpenDatabase = async (options) => {
  const client = memoryClient();
  const again = () => withCrr(drizzle({ client }), options);
  return { db: again(), again, transactions: 'async' } as never;
};

const references = new Map<string, Promise<string[]>>();
function reference(name: string): Promise<string[]> {
  let known = references.get(name);
  if (known === undefined) {
    known = SCENARIOS[name]!(() => openInstalled(openReference));
    references.set(name, known);
  }
  return known;
}

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

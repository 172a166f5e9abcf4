import { type WithCrrOptions, withCrr } from '../../src/index.js';
import { openInstalled, type Site } from './conformance.js';
import type { Opener } from './openers.js';

/** A new database on an engine, with the tables of the scenarios. */
export function openOn({ adapter, openClient, drizzle }: Opener): Promise<Site> {
  return openInstalled(async (options: WithCrrOptions) => {
    const client = await openClient();
    const { kind, transactions } = adapter.connect(client, {})!;
    const again = () => withCrr(drizzle!(client as never), options) as unknown as Site['db'];
    return { db: again(), again, transactions: transactions === 'batch' ? undefined : kind };
  });
}

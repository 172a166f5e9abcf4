import type { EngineAdapter } from '../../src/engines/engine.js';
import { type WithCrrOptions, withCrr } from '../../src/index.js';
import { openInstalled, type Site } from './conformance.js';

/** A database, and how Drizzle opens it. */
export interface Database {
  readonly adapter: EngineAdapter;
  readonly client: unknown;
  drizzle(client: never): object;
}

/** A site on a new, empty database, with the tables of the scenarios. */
export function openSiteOn(open: () => Promise<Database>): Promise<Site> {
  return openInstalled(async (options) => siteOn(await open(), options));
}

/** A site on a database as it is. */
export function siteOn({ adapter, client, drizzle }: Database, options: WithCrrOptions): Site {
  const { kind, transactions } = adapter.connect(client, {})!;
  const again = () => withCrr(drizzle(client as never), options) as unknown as Site['db'];
  return { db: again(), again, transactions: transactions === 'batch' ? undefined : kind };
}

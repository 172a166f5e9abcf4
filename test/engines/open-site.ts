import type { EngineAdapter } from '../../src/engines/engine.js';
import { withCrr } from '../../src/index.js';
import { openInstalled, type Schema, type Site } from './conformance.js';

/** A database, and how Drizzle opens it. */
export interface Database {
  readonly adapter: EngineAdapter;
  readonly client: unknown;
  drizzle(client: never): object;
}

/** A site on a new, empty database, with tables of the scenarios. */
export function openSiteOn(open: () => Promise<Database>, schema: Schema): Promise<Site> {
  return openInstalled(async () => siteOn(await open(), schema), schema);
}

/** A site on a database as it is. */
export function siteOn({ adapter, client, drizzle }: Database, schema: Schema): Site {
  const { kind, transactions } = adapter.connect(client, {})!;
  const again = () => withCrr(drizzle(client as never), { schema }) as unknown as Site['db'];
  return { schema, db: again(), again, transactions: transactions === 'batch' ? undefined : kind };
}

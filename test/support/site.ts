import { type Client, createClient } from '@libsql/client';
import { is } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { onTestFinished } from 'vitest';
import { type Change, type CrrDatabase, withCrr } from '../../src/index.js';
import { crrDeclaration } from '../../src/schema/declaration.js';
import { createTableSql } from './create-table.js';

/** A Drizzle database with `$crr`, its tables made and installed; closed when the test ends. */
export async function openSite<TSchema extends Record<string, unknown>>(
  schema: TSchema,
  client: Client = memoryClient(),
) {
  for (const table of new Set(Object.values(schema))) {
    if (is(table, SQLiteTable) && crrDeclaration(table))
      await client.execute(createTableSql(table));
  }
  const db = withCrr(drizzle(client, { schema }), { schema });
  await db.$crr.install();
  return db;
}

export interface MigratingSite {
  readonly $client: Client;
}

/** The same database under another schema, whose clocks and triggers it gets. */
export async function migrate<T extends SQLiteTable>(site: MigratingSite, table: T) {
  const db = withCrr(drizzle(site.$client), { schema: { table } });
  await db.$crr.install();
  return db;
}

export function memoryClient(): Client {
  const client = createClient({ url: ':memory:' });
  onTestFinished(() => client.close());
  return client;
}

type Feed = Pick<CrrDatabase, '$crr'>;

/** Each hands the other everything. */
export async function exchange(a: Feed, b: Feed): Promise<void> {
  await b.$crr.apply(await a.$crr.changes());
  await a.$crr.apply(await b.$crr.changes());
}

/** A change as one line, without what differs from run to run (the site id). */
export function line({ table, cid, val, col_version, db_version, cl, seq }: Change): string {
  const value = val instanceof Uint8Array ? `x'${Buffer.from(val).toString('hex')}'` : String(val);
  return `${table}.${cid} = ${value} (v${col_version} db${db_version} cl${cl} seq${seq})`;
}

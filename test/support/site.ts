/** Opens sites: the one way in which tests create a database with CRRs. */
import type { Client } from '@libsql/client';
import { is } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type Change, type CrrDatabase, type WithCrrOptions, withCrr } from '../../src/index.js';
import { crrDeclaration } from '../../src/schema/declaration.js';
import { memoryClient } from './client.js';
import { createTableSql } from './create-table.js';

export interface SiteOptions {
  /** SQL that creates the tables, for those that `createTableSql` would create differently. */
  readonly ddl?: string | readonly string[];
  /** Options of `withCrr` besides the schema. */
  readonly crr?: Omit<WithCrrOptions, 'schema'>;
}

/** A Drizzle database with `$crr`, its tables created and installed. */
export async function openSite<TSchema extends Record<string, unknown>>(
  schema: TSchema,
  client: Client = memoryClient(),
  { ddl = tablesOf(schema), crr }: SiteOptions = {},
) {
  for (const statement of [ddl].flat()) await client.execute(statement);
  return installed(schema, client, crr);
}

/** The same database under another schema, whose clocks and triggers it gets. */
export function migrate<T extends SQLiteTable>(site: MigratingSite, table: T) {
  return installed({ table }, site.$client);
}

export interface MigratingSite {
  readonly $client: Client;
}

async function installed<TSchema extends Record<string, unknown>>(
  schema: TSchema,
  client: Client,
  options: Omit<WithCrrOptions, 'schema'> = {},
) {
  const db = withCrr(drizzle({ client, schema }), { schema, ...options });
  await db.$crr.install();
  return db;
}

function tablesOf(schema: Record<string, unknown>): string[] {
  return [...new Set(Object.values(schema))].flatMap((table) =>
    is(table, SQLiteTable) && crrDeclaration(table) ? createTableSql(table) : [],
  );
}

/** The conflicts of a table's multi-value registers. */
export async function registerConflicts<T extends SQLiteTable>(site: Feed, table: T) {
  const conflicts = await site.$crr.conflicts(table);
  return conflicts.flatMap((conflict) => (conflict.reason === 'register' ? [conflict] : []));
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

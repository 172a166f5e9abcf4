/** The tables of databases that crash, and the databases themselves. */
import type { Client } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { counter, crrTable, mvr, withCrr } from '../../src/index.js';
import { openClient } from '../support/client.js';
import { createTableSql } from '../support/create-table.js';

const columns = {
  id: text('id').primaryKey().notNull(),
  value: integer('value'),
  votes: counter('votes'),
  remark: mvr(text('remark')),
};

export const items = crrTable('items', columns);
export const labels = labelsOf(items);
/** What each pair was last, with history. */
export const trail = crrTable(
  'trail',
  { id: text('id').primaryKey().notNull(), value: integer('value') },
  { history: true },
);
const SCHEMA = { items, labels, trail };

function labelsOf(table: typeof items) {
  return crrTable('labels', {
    id: text('id').primaryKey().notNull(),
    item: text('item').references(() => table.id, { onDelete: 'cascade' }),
    name: text('name').unique(),
  });
}

/** With a column more, which nobody names. */
function schemaWith(table: unknown): typeof SCHEMA {
  return { items: table as typeof items, labels: labelsOf(table as typeof items), trail };
}

/** A migration that goes round: a column is added, renamed and dropped. */
const VERSIONS = [
  { schema: SCHEMA, ddl: 'ALTER TABLE items DROP COLUMN other', renames: {} },
  {
    schema: schemaWith(crrTable('items', { ...columns, extra: text('extra') })),
    ddl: 'ALTER TABLE `items` ADD `extra` text',
    renames: {},
  },
  {
    schema: schemaWith(crrTable('items', { ...columns, other: text('other') })),
    ddl: 'ALTER TABLE items RENAME COLUMN extra TO other',
    renames: { columns: { '"items"."extra"': '"items"."other"' } },
  },
] as const;

/** Columns that only one of the sides may have. */
export const PASSING_COLUMNS: readonly string[] = ['extra', 'other'];

/** What a database has after so many migrations, and the last one of them. */
export const versionAt = (step: number) => VERSIONS[step % VERSIONS.length]!;

export type Database = ReturnType<typeof databaseOf>;

/** @param step how many migrations the database has had. */
export function databaseOf(client: Client, step = 0) {
  const { schema } = versionAt(step);
  return withCrr(drizzle({ client, schema }), { schema });
}

/** Where one of a pair of databases is. */
export const openAt = (url: string): Client => openClient({ url });

export async function createAt(url: string, journal: 'WAL' | 'DELETE' | undefined): Promise<void> {
  const client = openAt(url);
  if (journal !== undefined) await client.execute(`PRAGMA journal_mode = ${journal}`);
  for (const table of [items, labels, trail]) await client.execute(createTableSql(table));
  await client.execute('CREATE TABLE steps (n INTEGER PRIMARY KEY)');
  await databaseOf(client).$crr.install();
  client.close();
}

/** How many migrations a database has had. */
export async function stepsOf(client: Client): Promise<number> {
  const { rows } = await client.execute('SELECT count(*) FROM steps');
  return Number(rows[0]![0]);
}

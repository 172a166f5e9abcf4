/** Migrations of a server's database while a process with the schema from before goes on. */
import type { Client } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, type SQLiteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, onTestFinished } from 'vitest';
import { libsqlConnection } from '../../src/engines/libsql.js';
import { counter, crrTable, withCrr } from '../../src/index.js';
import { checkDatabase } from '../../src/migrate/check.js';
import { growingTables } from '../../src/migrate/fold.js';
import { readRenames } from '../../src/migrate/lines/kit-0.js';
import { joinChunks } from '../../src/migrate/migration.js';
import { planAlter } from '../../src/migrate/plan.js';
import { type CrrState, tableState } from '../../src/migrate/state.js';
import { readSchema } from '../../src/schema/read-schema.js';
import { createSync } from '../../src/sync/index.js';

const id = () => text('id').primaryKey().notNull();
export const columns = { id: id(), title: text('title'), n: integer('n').notNull().default(3) };
export const notes = crrTable('notes', columns);
export const tags = crrTable('tags', { id: id(), name: text('name') });
export const V1 = { notes, tags };

export type Schema = Record<string, SQLiteTable>;

export interface Migration {
  readonly schema: Schema;
  readonly ddl: readonly string[];
  readonly renames?: Parameters<typeof readRenames>[0];
}

const extra = { ...columns, extra: text('extra').default('e') };
export const MIGRATIONS = {
  'an added column': {
    schema: { notes: crrTable('notes', extra), tags },
    ddl: ["ALTER TABLE `notes` ADD `extra` text DEFAULT 'e'"],
  },
  'an added counter': {
    schema: { notes: crrTable('notes', { ...columns, extra: counter('extra') }), tags },
    ddl: ['ALTER TABLE `notes` ADD `extra` integer DEFAULT 0 NOT NULL'],
  },
  'a dropped column': {
    schema: { notes: crrTable('notes', { id: id(), title: text('title') }), tags },
    ddl: ['ALTER TABLE notes DROP COLUMN n'],
  },
  'a renamed column': {
    schema: {
      notes: crrTable('notes', { id: id(), headline: text('headline'), n: columns.n }),
      tags,
    },
    ddl: ['ALTER TABLE notes RENAME COLUMN title TO headline'],
    renames: { columns: { '"notes"."title"': '"notes"."headline"' } },
  },
  'another type': {
    schema: {
      notes: crrTable('notes', {
        id: id(),
        title: text('title'),
        n: text('n').notNull().default('3'),
      }),
      tags,
    },
    ddl: ["ALTER TABLE notes ALTER COLUMN n TO n text DEFAULT '3' NOT NULL"],
  },
  'an added table': {
    schema: { ...V1, logs: crrTable('logs', { id: id(), line: text('line') }) },
    ddl: ['CREATE TABLE logs (id text PRIMARY KEY NOT NULL, line text)'],
  },
} as const satisfies Record<string, Migration>;
export const RENAMED_TABLE = {
  schema: { notes: crrTable('posts', columns), tags },
  ddl: ['ALTER TABLE notes RENAME TO posts'],
  renames: { tables: { '"notes"': '"posts"' } },
} satisfies Migration;

/** What a migration of drizzle-crr generate does. */
export async function migrate(client: Client, { schema, ddl, renames = {} }: Migration) {
  const specs = [...readSchema(schema).tables.values()];
  const before = [...readSchema(V1).tables.values()];
  const state: CrrState = new Map(before.map((spec) => [spec.name, tableState(spec)]));
  const plan = planAlter({
    state,
    wanted: specs,
    renames: readRenames(renames),
    touched: new Set(['notes']),
    repair: new Set(),
    growing: new Set(growingTables(joinChunks(ddl), ['notes'])),
  })!;
  for (const sql of [...plan.begin, ...ddl, ...plan.commit]) await client.execute(sql);
  expect(await checkDatabase(libsqlConnection(client), readSchema(schema))).toEqual([]);
}

export const open = <T extends Schema>(client: Client, schema: T) =>
  withCrr(drizzle(client, { schema }), { schema });
export const rowsOf = async (client: Client, table = 'notes') =>
  (await client.execute(`SELECT * FROM ${table} ORDER BY id`)).rows.map((row) => ({ ...row }));

export function syncOf(
  db: Parameters<typeof createSync>[0]['db'],
  handler: (r: Request) => Promise<Response>,
) {
  const sync = createSync({
    db,
    url: 'http://server.test/sync',
    fetch: handler,
    retry: { attempts: 1, baseMs: 1, maxMs: 1 },
  });
  onTestFinished(() => sync.stop());
  return sync;
}

import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { asCrr } from '../../src/index.js';
import { composeMigration } from '../../src/migrate/compose.js';
import { readRenames } from '../../src/migrate/lines/kit-0.js';
import { splitChunks } from '../../src/migrate/migration.js';
import { planAlter } from '../../src/migrate/plan.js';
import { followedBy, NO_RENAMES } from '../../src/migrate/renames.js';
import { baseOf, parseStep, renderStep, tableState } from '../../src/migrate/state.js';
import { readTableSpec } from '../../src/schema/read-spec.js';
import { SQL_FORMAT } from '../../src/tables/state/table.js';

const HOSTILE = 'a \'"` */ --> statement-breakpoint \\ ☂';
const hostile = readTableSpec(
  asCrr(
    sqliteTable(
      HOSTILE,
      {
        id: integer('id').notNull(),
        k: text(HOSTILE).notNull(),
        c: text(`${HOSTILE}c`).notNull().default(HOSTILE),
      },
      (t) => [primaryKey({ columns: [t.id, t.k] })],
    ),
  ),
);

test('a step survives its comment, whatever the names and defaults are', () => {
  const state = tableState(hostile);
  const step = { format: SQL_FORMAT, set: [{ ...state, base: null, was: HOSTILE }], drop: [] };
  const comment = renderStep(step);
  expect(comment.indexOf('*/')).toBe(comment.length - 2);
  expect(splitChunks(comment)).toHaveLength(1);
  const read = parseStep(`-- before\n${comment}\nSELECT 1;`, 'tag');
  expect(read).toEqual(step);
  expect(baseOf(read!.set[0]!)).toBe(baseOf(state));
});

test('one statement per chunk, and the state in a chunk that holds one', () => {
  const spec = readTableSpec(
    asCrr(sqliteTable('t', { id: integer('id').primaryKey().notNull(), c: text('c') })),
  );
  const plan = planAlter({
    state: new Map(),
    wanted: [spec],
    renames: NO_RENAMES,
    touched: new Set(),
    repair: new Set(),
  })!;
  const chunks = splitChunks(composeMigration(['CREATE TABLE `t` (`id` integer);'], plan));
  expect(chunks).toHaveLength(1 + plan.begin.length + plan.commit.length);
  expect(chunks.filter((chunk) => chunk.includes('crr:state'))).toHaveLength(1);
  for (const chunk of chunks) expect(chunk).toMatch(/^(--.*\n)?(\/\*.*\*\/\n)?[A-Z]{6}[\s\S]*;$/);
});

test('a version that generates other text has something to do', () => {
  const spec = readTableSpec(
    asCrr(sqliteTable('t', { id: integer('id').primaryKey().notNull(), c: text('c') })),
  );
  const now = tableState(spec);
  const earlier = { ...now, text: 'of another version', triggers: ['t__crr_on_old'] };
  const input = {
    wanted: [spec],
    renames: NO_RENAMES,
    touched: new Set<string>(),
    repair: new Set<string>(),
  };
  expect(planAlter({ ...input, state: new Map([['t', now]]) })).toBeUndefined();
  const plan = planAlter({ ...input, state: new Map([['t', earlier]]) })!;
  expect(plan.begin).toEqual([
    'DROP TRIGGER IF EXISTS "t__crr_on_old"',
    'DROP TABLE IF EXISTS "t__crr_merge"',
  ]);
  expect(plan.commit.some((sql) => sql.startsWith('CREATE TRIGGER "t__crr_on_insert"'))).toBe(true);
});

test('renames of two migrations, one after the other', () => {
  const first = readRenames({ tables: { '"a"': '"b"' }, columns: { '"b"."x"': '"b"."y"' } });
  const second = readRenames({ tables: { '"b"': '"c"' }, columns: { '"c"."y"': '"c"."z"' } });
  const both = followedBy(first, second);
  expect([...both.tables]).toEqual([['a', 'c']]);
  expect(both.column('c', 'x')).toBe('z');
  expect(followedBy(first, NO_RENAMES).column('b', 'x')).toBe('y');
  expect(followedBy(NO_RENAMES, second).column('c', 'y')).toBe('z');
});

/** The exact SQL of each writer, for a few small tables. Run `vitest -u` after a deliberate change. */
import { createClient } from '@libsql/client';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { counter, crrTable, greatest, lww, mvr } from '../../src/index.js';
import { readTableSpec } from '../../src/schema/read-spec.js';
import { cellsModule } from '../../src/tables/cells/module.js';
import { addClockColumn } from '../../src/tables/clock/alter.js';
import { backfillStatements, reconcileStatements } from '../../src/tables/clock/backfill.js';
import { clockTableStatements } from '../../src/tables/clock/table.js';
import { writeTriggers } from '../../src/tables/clock/triggers.js';
import { gateTableStatement } from '../../src/tables/gate/table.js';
import { gateTriggers } from '../../src/tables/gate/triggers.js';
import { sharedStatements, tableStatements, tableTriggers } from '../../src/tables/modules.js';
import { drainPendingStatements } from '../../src/tables/pending/drain.js';
import { pendingUpsert } from '../../src/tables/pending/table.js';
import { beginApplySql, endApplySql } from '../../src/tables/state/applying.js';
import { PIN_SQL, UNPIN_SQL } from '../../src/tables/state/table.js';
import { createTableSql } from '../support/create-table.js';

const todos = crrTable('todos', { id: text('id').primaryKey(), title: text('title').notNull() });
const marks = crrTable('marks', { id: integer('id').primaryKey() });
const spec = readTableSpec(todos);
const keyOnly = readTableSpec(marks);
/** A column of each other type, in a table whose rows stay. */
const scores = crrTable(
  'scores',
  {
    id: text('id').primaryKey(),
    best: greatest(integer('best')),
    mood: lww(text('mood'), { by: 'time' }),
    likes: counter('likes'),
    status: mvr(text('status')),
  },
  { rows: 'growOnly' },
);
const typed = readTableSpec(scores);
const all = (statements: readonly string[]) => `\n${statements.join(';\n')}\n`;

describe('exact text', () => {
  test('bookkeeping', () => {
    expect(all(sharedStatements())).toMatchInlineSnapshot();
  });
  test('clock tables', () => {
    expect(all(clockTableStatements(spec))).toMatchInlineSnapshot();
    expect(all(clockTableStatements(keyOnly))).toMatchInlineSnapshot();
    expect(addClockColumn('todos', 'title')).toMatchInlineSnapshot();
  });
  test('gate tables', () => {
    expect(gateTableStatement(spec)).toMatchInlineSnapshot();
    expect(gateTableStatement(keyOnly)).toMatchInlineSnapshot();
  });
  test('write triggers', () => {
    expect(all(writeTriggers(spec).map(({ sql }) => sql))).toMatchInlineSnapshot();
    expect(all(writeTriggers(keyOnly).map(({ sql }) => sql))).toMatchInlineSnapshot();
  });
  test('gate triggers', () => {
    expect(all(gateTriggers(spec).map(({ sql }) => sql))).toMatchInlineSnapshot();
    expect(all(gateTriggers(keyOnly).map(({ sql }) => sql))).toMatchInlineSnapshot();
  });
  test('pending', () => {
    expect(pendingUpsert(1, 'VALUES (...)')).toMatchInlineSnapshot();
    expect(all(drainPendingStatements(spec))).toMatchInlineSnapshot();
  });
  test('backfill', () => {
    expect(all(backfillStatements(spec))).toMatchInlineSnapshot();
  });
  test('a table with columns of other types, whose rows stay', () => {
    expect(
      all([...tableStatements(typed), ...tableTriggers(typed).map(({ sql }) => sql)]),
    ).toMatchInlineSnapshot();
    expect(cellsModule.triggers!(spec)).toEqual([]);
  });
  test('reconciling', () => {
    expect(all(reconcileStatements(spec))).toMatchInlineSnapshot();
  });
  test('pins and applying', () => {
    expect(
      all([PIN_SQL, UNPIN_SQL, beginApplySql(7), endApplySql([spec])]),
    ).toMatchInlineSnapshot();
  });
});

test('a real database takes each statement, and gives the same text back', async () => {
  const client = createClient({ url: ':memory:' });
  for (const table of [todos, marks, scores]) await client.execute(createTableSql(table));
  const tables = [
    ...sharedStatements(),
    ...tableStatements(spec),
    ...tableStatements(keyOnly),
    ...tableStatements(typed),
  ];
  const triggers = [spec, keyOnly, typed].flatMap(tableTriggers);
  for (const statement of tables) await client.execute(statement);
  for (const { sql } of triggers) await client.execute(sql);
  const { rows } = await client.execute(
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%\\_\\_crr\\_%' ESCAPE '\\'",
  );
  expect(new Map(rows.map(({ name, sql }) => [name, sql]))).toEqual(
    new Map(triggers.map(({ name, sql }) => [name, sql])),
  );
  // Statements that make tables can be run again.
  for (const statement of tables) await client.execute(statement);
  for (const statement of [...backfillStatements(spec), ...drainPendingStatements(spec)]) {
    await client.execute(statement);
  }
  client.close();
});

test('no statement leaves the portable subset of SQL', () => {
  const everything = [
    ...sharedStatements(),
    ...[spec, keyOnly, typed].flatMap((s) => [
      ...tableStatements(s),
      ...tableTriggers(s).map(({ sql }) => sql),
      ...backfillStatements(s),
      ...drainPendingStatements(s),
    ]),
    beginApplySql(),
    endApplySql([spec, keyOnly]),
  ].join('\n');
  expect(everything).not.toMatch(/INSTEAD OF|RECURSIVE|WITHOUT ROWID|\bTEMP|ATTACH|PRAGMA|VACUUM/i);
});

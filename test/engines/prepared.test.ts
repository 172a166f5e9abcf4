/** Statements stay compiled on engines whose drivers give them out. */

import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { integer, text } from 'drizzle-orm/sqlite-core';
import Libsql from 'libsql';
import { expect, test } from 'vitest';
import { PreparedStatements } from '../../src/engines/prepared.js';
import { crrTable, withCrr } from '../../src/index.js';
import { createTableSql } from '../support/create-table.js';
import { openSite } from '../support/site.js';

const notes = crrTable('notes', { id: text('id').primaryKey().notNull(), title: text('title') });

function openCounted() {
  const client = new Libsql(':memory:');
  const compiled: string[] = [];
  const prepare = client.prepare.bind(client);
  client.prepare = (text: string) => {
    compiled.push(text);
    return prepare(text);
  };
  const open = (schema: Record<string, typeof notes>) =>
    withCrr(drizzle(client as never), { schema });
  return { open, compiled, client };
}

test('the second merge of a row and the second read of the feed compile nothing', async () => {
  const from = await openSite({ notes });
  const { open, compiled } = openCounted();
  const db = open({ notes });
  db.run(sql.raw(createTableSql(notes)));
  await db.$crr.install();
  for (const id of ['a', 'b', 'c']) {
    const { cursor } = await from.$crr.changes();
    await from.insert(notes).values({ id, title: id });
    const { changes } = await from.$crr.changes({ since: cursor });
    // The first one of an empty database looks at more.
    if (id === 'c') compiled.length = 0;
    await db.$crr.apply(changes);
    await db.$crr.changes();
  }
  expect(compiled).toEqual([]);
});

test('a column that another process adds is merged by statements that were compiled before', async () => {
  const later = crrTable('notes', {
    id: text('id').primaryKey().notNull(),
    title: text('title'),
    stars: integer('stars'),
  });
  const { open, client } = openCounted();
  const db = open({ notes });
  db.run(sql.raw(createTableSql(notes)));
  await db.$crr.install();
  const from = await openSite({ notes });
  await from.insert(notes).values({ id: 'a', title: 'before' });
  await db.$crr.apply((await from.$crr.changes()).changes);
  client.exec('ALTER TABLE notes ADD COLUMN stars integer');
  const migrated = open({ notes: later as never });
  await migrated.$crr.install();
  await from.update(notes).set({ title: 'after' });
  await migrated.$crr.apply((await from.$crr.changes()).changes);
  expect(await migrated.select().from(later)).toEqual([{ id: 'a', title: 'after', stars: null }]);
  expect((await migrated.$crr.changes()).changes.map(({ cid }) => cid)).toContain('title');
});

test('a statement that has failed is compiled again', () => {
  let compiled = 0;
  const statements = new PreparedStatements(() => ++compiled);
  const fail = () => {
    throw new Error('no');
  };
  expect(statements.run('SELECT 1', (prepared) => prepared)).toBe(1);
  expect(statements.run('SELECT 1', (prepared) => prepared)).toBe(1);
  expect(() => statements.run('SELECT 1', fail)).toThrow('no');
  expect(statements.run('SELECT 1', (prepared) => prepared)).toBe(2);
});

test('what was used longest ago is let go, and no more than a hundred are kept', () => {
  const statements = new PreparedStatements((text) => ({ text }));
  const compile = (text: string) => statements.run(text, (prepared) => prepared);
  const [first, second] = [compile('first'), compile('second')];
  for (let i = 0; i < 98; i++) compile(`${i}`);
  expect(compile('first')).toBe(first);
  compile('one more');
  expect(compile('first')).toBe(first);
  expect(compile('second')).not.toBe(second);
});

/** Clocks that a migration forgot may come back from others, and that is no forgery. */
import { drizzle } from 'drizzle-orm/libsql';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { CrrChangeError, crrTable, withCrr } from '../../src/index.js';
import { MigratingSite, type Step, settle, specOf, type Version } from './migrating-site.js';

const TITLE = { name: 'title', type: 'text' };
const MOOD = { name: 'mood', type: 'text', notNull: true, default: "'fine'" };
const V1: Version = { table: 'notes', columns: [TITLE, MOOD] };
const DROP: Step = {
  after: { table: 'notes', columns: [TITLE] },
  ddl: ['ALTER TABLE "notes" DROP COLUMN "mood"'],
};
const ADD: Step = {
  after: V1,
  ddl: [`ALTER TABLE "notes" ADD "mood" text DEFAULT 'fine' NOT NULL`],
};
const RENAME: Step = {
  after: { table: 'notes', columns: [TITLE, { ...MOOD, name: 'feeling' }] },
  ddl: ['ALTER TABLE "notes" RENAME COLUMN "mood" TO "feeling"'],
  columns: { mood: 'feeling' },
};

const through = async (site: MigratingSite, ...steps: Step[]) => {
  for (const step of steps) await site.migrate(step);
};
const pair = async () => [await MigratingSite.create(V1), await MigratingSite.create(V1)] as const;

test.each([
  ['dropped and added again', [DROP, ADD]],
  ['dropped, added again and renamed', [DROP, ADD, RENAME]],
])('the origin takes its own value of a column that was %s', async (_, steps) => {
  const [a, b] = await pair();
  await b.run(`INSERT INTO notes VALUES ('r', 'x', 'bad')`);
  await through(a, ...steps);
  await a.pull(b);
  await b.run(`UPDATE notes SET mood = 'worse'`);
  await a.pull(b);
  await through(b, ...steps);
  await settle([a, b]);
  expect(await b.rows()).toEqual(await a.rows());
  expect(await b.cells()).toEqual(await a.cells());
});

test('the rows of a CRR that was a plain table for a while come back', async () => {
  const [a, b] = await pair();
  await a.run(`INSERT INTO notes VALUES ('r', 'x', 'bad')`);
  await a.run(`UPDATE notes SET mood = 'worse'`);
  await b.pull(a);
  const { drizzleTable } = specOf(V1);
  const plain = sqliteTable('notes', { id: text('id').primaryKey() });
  const other = crrTable('other', { id: text('id').primaryKey().notNull() });
  await a.run('CREATE TABLE other (id text PRIMARY KEY NOT NULL)');
  await withCrr(drizzle({ client: a.client }), { schema: { plain, other } }).$crr.install();
  await withCrr(drizzle({ client: a.client }), { schema: { drizzleTable, other } }).$crr.install();
  await settle([a, b]);
  expect(await a.cells()).toEqual(await b.cells());
  expect(await a.rows()).toEqual(["r text 'worse' text 'x'"]);
});

test('other columns of the table are guarded as before', async () => {
  const [a, b] = await pair();
  await a.run(`INSERT INTO notes VALUES ('r', 'x', 'bad')`);
  const { changes } = await a.db.$crr.changes();
  const title = changes.find(({ cid }) => cid === 'title')!;
  await through(a, DROP, ADD);
  await expect(a.db.$crr.apply([{ ...title, val: 'forged', col_version: 9 }])).rejects.toThrow(
    CrrChangeError,
  );
  await expect(a.db.$crr.apply(changes)).resolves.toBeDefined();
  await b.pull(a);
  expect(await b.rows()).toEqual(await a.rows());
});

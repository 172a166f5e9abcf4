/** drizzle-orm splits a migration at the text of a breakpoint, wherever that is. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestProject, testProject } from '../support/project.js';

let project: TestProject;
beforeAll(async () => {
  project = await testProject({
    'drizzle.config.ts':
      "export default { dialect: 'turso', schema: './schema.ts', out: './drizzle' };",
  });
});
afterAll(() => project?.remove());

const TEXT = "'a --> statement-breakpoint b'";

test.each([
  [
    'a default of a CRR',
    `crrTable('notes', { id: text('id').primaryKey().notNull(), title: text('title').default(${TEXT}) })`,
    'the default of column "title" of table "notes"',
  ],
  [
    'a default that is SQL',
    `crrTable('notes', { id: text('id').primaryKey().notNull(), title: text('title').default(sql\`(${TEXT} || 'c')\`) })`,
    'the default of column "title" of table "notes"',
  ],
  [
    'a default of a plain table',
    `sqliteTable('notes', { id: text('id').primaryKey(), title: text('title').default(${TEXT}) })`,
    'the default of column "title" of table "notes"',
  ],
  [
    'a generated column',
    `crrTable('notes', { id: text('id').primaryKey().notNull(), g: text('g').generatedAlwaysAs(sql\`(id || ${TEXT})\`) })`,
    'the expression of column "g" of table "notes"',
  ],
  [
    'a check',
    `crrTable('notes', { id: text('id').primaryKey().notNull(), t: text('t') }, (x) => [check('some', sql\`t <> ${TEXT}\`)])`,
    'check constraint "some" of table "notes"',
  ],
  [
    'a name',
    `crrTable('notes', { id: text('id').primaryKey().notNull(), t: text(${TEXT}) })`,
    'the name of column "a --> statement-breakpoint b" of table "notes"',
  ],
])('%s that contains it is refused by name, and nothing is written', async (_, table, where) => {
  project.write({
    'schema.ts': `import { sql } from 'drizzle-orm';
import { check, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { crrTable } from 'drizzle-crr';
export const other = crrTable('other', { id: text('id').primaryKey().notNull() });
export const notes = ${table};`,
  });
  const made = await project.crr('generate');
  expect(made.code, made.stdout + made.stderr).toBe(1);
  expect(made.stderr).toContain(`${where} contains "--> statement-breakpoint"`);
  expect(project.snapshot('drizzle')).toEqual({});
});

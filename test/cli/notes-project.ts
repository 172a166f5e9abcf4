/** A project with one CRR, and its databases: what the tests of the command line share. */
import { join } from 'node:path';
import type { Client } from '@libsql/client';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { crrTable } from '../../src/index.js';
import { openClient } from '../support/client.js';
import { type TestProject, testProject } from '../support/project.js';
import { openSite } from '../support/site.js';

export const CONFIG = `export default { dialect: 'turso', schema: './schema.ts', out: './drizzle', dbCredentials: { url: 'file:app.db' } };`;

export const SCHEMA = `import { crrTable } from 'drizzle-crr';
import { integer, text } from 'drizzle-orm/sqlite-core';
export const notes = crrTable('notes', { id: text('id').primaryKey().notNull(), body: text('body'), stars: integer('stars') });`;

/** The same as SCHEMA. */
export const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  body: text('body'),
  stars: integer('stars'),
});

export const DDL = 'CREATE TABLE notes (id TEXT PRIMARY KEY NOT NULL, body TEXT, stars INTEGER)';

export const notesProject = (): Promise<TestProject> =>
  testProject({ 'drizzle.config.ts': CONFIG, 'schema.ts': SCHEMA });

/** Creates the table and its CRR parts in a database. */
export const createNotes = (client: Client) => openSite({ notes }, client, { ddl: DDL });

/** Creates a database file with notes in the project's folder. */
export async function createNotesFile(
  project: TestProject,
  name: string,
  rows: readonly (typeof notes.$inferInsert)[] = [],
): Promise<void> {
  const client = openClient({ url: `file:${join(project.folder, name)}` });
  const db = await createNotes(client);
  if (rows.length > 0) await db.insert(notes).values([...rows]);
  client.close();
}

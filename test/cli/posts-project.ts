/** Projects with one CRR and migrations: what the tests of bad input and of drizzle-kit's lines share. */
import { onTestFinished } from 'vitest';
import { type TestProject, testProject } from '../support/project.js';

export const CONFIG = `export default { dialect: 'sqlite', schema: './schema.ts', out: './drizzle' };`;
const HEAD = `import { crrTable } from 'drizzle-crr';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
`;
export const POSTS = `${HEAD}export const posts = crrTable('posts', { id: text('id').primaryKey().notNull(), title: text('title') });`;
export const POSTS_AND_BODY = POSTS.replace(
  "title: text('title')",
  "title: text('title'), body: text('body')",
);

/** A project until the test ends. */
export async function project(files: Readonly<Record<string, string>>): Promise<TestProject> {
  const made = await testProject(files);
  onTestFinished(() => made.remove());
  return made;
}

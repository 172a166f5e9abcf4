/** `drizzle-crr log`: what it prints, selects and refuses. */
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { counter, crrTable } from '../../src/index.js';
import { openClient } from '../support/client.js';
import { type TestProject, testProject } from '../support/project.js';
import { openSite } from '../support/site.js';
import { CONFIG, notesProject } from './notes-project.js';

const SCHEMA = `import { counter, crrTable } from 'drizzle-crr';
import { text } from 'drizzle-orm/sqlite-core';
export const notes = crrTable('notes', { id: text('id').primaryKey().notNull(), title: text('title'), votes: counter('votes') }, { history: true });`;
/** The same as SCHEMA. */
const notes = crrTable(
  'notes',
  { id: text('id').primaryKey().notNull(), title: text('title'), votes: counter('votes') },
  { history: true },
);

let project: TestProject;
let site: string;
beforeAll(async () => {
  project = await testProject({ 'drizzle.config.ts': CONFIG, 'schema.ts': SCHEMA });
  const client = openClient({ url: `file:${join(project.folder, 'app.db')}` });
  const db = await openSite({ notes }, client);
  site = Buffer.from(await db.$crr.siteId()).toString('hex');
  await db.$crr.transaction({ author: 'ann', message: 'a start\nof two' }, async (tx) => {
    await tx.insert(notes).values([{ id: 'a', title: 'one' }, { id: 'b' }]);
  });
  await db.update(notes).set({ title: 'two\u001b[31m' }).where(eq(notes.id, 'a'));
  await db.$crr.transaction({ author: 'bob\u001b[2J' }, (tx) =>
    tx.delete(notes).where(eq(notes.id, 'b')),
  );
  client.close();
});
afterAll(() => project?.remove());

test('reads like the log of a repository, and nothing that others wrote steers the terminal', async () => {
  const { code, stdout, stderr } = await project.crr('log');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).not.toContain('\u001b');
  expect(stdout.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'NOW')).toBe(
    `transaction ${site}:3
Author: bob\ufffd[2J
Date:   NOW

    delete notes id = "b"
        title: null

transaction ${site}:2
Date:   NOW

    update notes id = "a"
        title: "one" → "two\\u001b[31m"

transaction ${site}:1
Author: ann
Date:   NOW

    a start
    of two

    insert notes id = "b"
    insert notes id = "a"
        title: "one"
`,
  );
});

test('marks what an undo takes back, what a counter got, and what was pruned', async () => {
  const other = await testProject({ 'drizzle.config.ts': CONFIG, 'schema.ts': SCHEMA });
  try {
    const client = openClient({ url: `file:${join(other.folder, 'app.db')}` });
    const db = await openSite({ notes }, client);
    const id = Buffer.from(await db.$crr.siteId()).toString('hex');
    await db.insert(notes).values({ id: 'a', title: 'one', votes: 3 });
    for (const title of ['two', 'three']) await db.update(notes).set({ title });
    await db.$crr.prune({ keep: 0, force: true });
    await db.update(notes).set({ votes: 1 });
    await db.$crr.undo();
    client.close();
    const { stdout } = await other.crr('log');
    expect(stdout).toContain(`Takes back: ${id}:4`);
    expect(stdout).toContain('votes: +2\n');
    expect(stdout).toContain('votes: -2\n');
    expect(stdout).toContain('update notes id = "a" (what it replaced was pruned)');
  } finally {
    await other.remove();
  }
});

test('selects by row, author, time and number, and prints JSON', async () => {
  const log = async (...args: string[]) => {
    const { code, stdout, stderr } = await project.crr('log', '--json', ...args);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const kinds = async (...args: string[]) => (await log(...args)).map(({ kind }) => kind);
  expect(await kinds('--table', 'notes', '--row', 'a')).toEqual(['update', 'insert']);
  expect(await kinds('--limit', '1')).toEqual(['delete']);
  expect(await kinds('--to', '2001-01-01')).toEqual([]);
  const [first, second] = await log('--author', 'ann', '--from', '2001-01-01');
  expect(first).toMatchObject({ table: 'notes', key: { id: 'b' }, siteId: site, version: 1 });
  expect(second).toMatchObject({
    kind: 'insert',
    author: 'ann',
    message: 'a start\nof two',
    changes: { title: { to: 'one', won: true } },
  });
});

test('what it cannot select by is a usage error', async () => {
  for (const [args, words] of [
    [['--table', 'tags'], 'no such table with history; it has notes'],
    [['--row', 'a', '--row', 'b'], 'has 1 columns (id), and 2 were given'],
    [['--from', 'yesterday'], 'Expected a time'],
  ] as const) {
    const { code, stdout, stderr } = await project.crr('log', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
  }
  const without = await notesProject();
  const { code, stderr } = await without.crr('log', '--url', `file:${project.folder}/app.db`);
  without.remove();
  expect(code).not.toBe(0);
  expect(stderr).not.toBe('');
});

test('compact removes old events if it is asked to, and status shows what is left', async () => {
  const url = ['--url', 'file:pruned.db'];
  const client = openClient({ url: `file:${join(project.folder, 'pruned.db')}` });
  const db = await openSite({ notes }, client);
  await db.insert(notes).values({ id: 'a', title: 'one' });
  for (const title of ['two', 'three', 'four']) await db.update(notes).set({ title });
  client.close();
  const sizeOf = async () => {
    const { tables } = JSON.parse((await project.crr('status', '--json', ...url)).stdout) as {
      tables: { history: { events: number; bytes: number; horizon: number } }[];
    };
    return tables[0]!.history;
  };
  expect(await sizeOf()).toEqual({ events: 4, bytes: expect.any(Number), horizon: 0 });
  const compact = (...args: string[]) => project.crr('compact', '--up-to', '100', ...url, ...args);
  expect((await compact()).stdout).not.toContain('event');
  expect((await compact('--history-days', '1')).stdout).toContain('Removed 0 events.');
  expect((await compact('--history-keep', '1')).stdout).toContain(
    'Removed 1 event. The past is known of notes from db_version 3 on.',
  );
  expect(await sizeOf()).toMatchObject({ events: 3, horizon: 3 });
  const { stdout } = await project.crr('status', ...url);
  expect(stdout).toMatch(/history +notes: 3 events, .*, known from db_version 3 on/);
});

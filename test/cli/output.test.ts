/** What the commands print about a database, to a pipe and to a terminal. */
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderProgress } from '../../src/cli/render/progress-bar.js';
import { bytes } from '../../src/cli/render/quantity.js';
import { renderSyncResult } from '../../src/cli/render/sync-result.js';
import { textTable } from '../../src/cli/render/text-table.js';
import { hasColors, PLAIN } from '../../src/cli/style.js';
import { withCrr } from '../../src/index.js';
import { createSync, createSyncHandler, type SyncResult } from '../../src/sync/index.js';
import { memoryClient, openClient } from '../support/client.js';
import type { TestProject } from '../support/project.js';
import { createNotes, createNotesFile, notes, notesProject } from './notes-project.js';

let project: TestProject;
let siteId: string;
beforeAll(async () => {
  project = await notesProject();
  await createNotesFile(project, 'app.db', [
    { id: 'a', body: 'Milk ☕', stars: 3 },
    { id: 'b', body: `${'long '.repeat(20)}` },
  ]);
  const client = openClient({ url: `file:${join(project.folder, 'app.db')}` });
  const db = withCrr(drizzle({ client }), { schema: { notes } });
  await db.insert(notes).values({ id: 'gone' });
  await db.delete(notes).where(eq(notes.id, 'gone'));
  siteId = Buffer.from(await db.$crr.siteId()).toString('hex');
  client.close();
});
afterAll(() => project?.remove());

const ESCAPE = '\u001b';

async function printed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await project.crr(...args);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

test('status shows the database, its tables and its peers', async () => {
  expect(await printed('status')).toMatch(
    new RegExp(
      [
        '^database     file:app\\.db',
        `site id      ${siteId}`,
        'db_version   4',
        'pending      none',
        'schema       matches',
        'bookkeeping  [\\d.]+ KiB',
        '',
        'table  rows  tombstones',
        'notes     2           1',
        '',
        'No peers yet\\.\n$',
      ].join('\n'),
    ),
  );
});

test('status --json prints the same as one object, under names that stay', async () => {
  await createNotesFile(project, 'peers.db', [{ id: 'a' }, { id: 'b' }]);
  const client = openClient({ url: `file:${join(project.folder, 'peers.db')}` });
  const db = withCrr(drizzle({ client }), { schema: { notes } });
  const server = await createNotes(memoryClient());
  await server.insert(notes).values([{ id: 's' }]);
  const { changes } = await server.$crr.changes();
  await db.$crr.apply([{ ...changes[0]!, cid: 'not_yet' }]);
  const handler = createSyncHandler({
    db: server,
    authorize: () => ({ id: 'ann', tables: { notes: { writeWhere: sql`id <> 'b'` } } }),
  });
  await createSync({ db, fetch: handler }).sync();
  const sent = (await db.$crr.transport.peers())[0]!.sent!.cursor as number;
  await db.insert(notes).values({ id: 'c' });
  await db.delete(notes).where(eq(notes.id, 'a'));
  const draft = await db.$crr.draft('spring');
  await draft.transaction((tx) => tx.insert(notes).values([{ id: 'd' }, { id: 'e' }]));
  const id = hex(await db.$crr.siteId());
  client.close();
  const text = await printed('status', '--url', 'file:peers.db', '--json');
  expect(JSON.parse(text)).toEqual({
    database: 'file:peers.db',
    ...{ siteId: id, pending: 1, rejected: 0, parked: 0, masked: 0, differences: 0 },
    dbVersion: sent + 3, // Of the pull, the insert and the delete.
    horizon: 0,
    bookkeepingBytes: expect.any(Number),
    tables: [{ name: 'notes', rows: 3, tombstones: 1, parked: 0, masked: 0, history: null }],
    peers: [
      {
        ...{ siteId: hex(await server.$crr.siteId()), tag: '', url: 'http://localhost/' },
        owner: null,
        received: { dbVersion: await server.$crr.version(), unfinished: false },
        sent: { dbVersion: sent, unfinished: false, dbVersionsLeft: 3 },
        refused: 1,
      },
    ],
    drafts: [{ name: 'spring', rows: 2 }],
  });
  expect(await printed('status', '--url', 'file:peers.db')).toMatch(
    /\ndrafts {7}spring \(2 rows\)\n/,
  );
});
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('status counts rows that the database rejects', async () => {
  await createNotesFile(project, 'strict.db');
  const client = openClient({ url: `file:${join(project.folder, 'strict.db')}` });
  await client.execute('CREATE UNIQUE INDEX one_body ON notes (body)');
  const peer = await createNotes(memoryClient());
  const rows = ['a', 'b', 'c'].map((id) => ({ id, body: 'the same' }));
  await peer.insert(notes).values(rows);
  await withCrr(drizzle({ client }), { schema: { notes } }).$crr.apply(await peer.$crr.changes());
  client.close();
  expect(await printed('status', '--url', 'file:strict.db')).toMatch(
    /pending {6}none\nrejected {5}2 rows, which break a constraint: see db\.\$crr\.rejected\(\)\n/,
  );
});

test('a sync names how many rows each side rejects', () => {
  const row = { table: 'notes', key: { id: 'a' } };
  const result: SyncResult = {
    ...{ pushed: 3, pushedWon: 0, pushedHeld: 0, pulled: 0, pulledWon: 0, hidden: 0 },
    ...{ refused: 0, refusedRows: [], requests: 1, bytesSent: 1, bytesReceived: 1 },
    ...{ sameSchema: true, server: new Uint8Array(16), serverVersion: 1 },
    rejected: 3,
    rejectedRows: [
      { ...row, by: 'server' },
      { ...row, by: 'server' },
      { ...row, by: 'client' },
    ],
    tooLarge: 1,
    tooLargeCells: [{ ...row, cid: 'body', limitOf: 'server' }],
  };
  const lines = renderSyncResult(result, PLAIN).split('\n').slice(1);
  expect(lines).toEqual([
    '2 rows rejected by the server, because of a constraint there.',
    '1 row rejected by this database, because of a constraint there.',
    '1 cell left out, larger than a message may be.',
  ]);
});

test('changes prints a table, with long values cut', async () => {
  const lines = (await printed('changes')).split('\n');
  expect(lines[0]).toMatch(/^db_version +seq +table +key +cid +value +col_version +cl +site$/);
  expect(lines[1]).toMatch(/^ +1 +\d +notes +"a" +body +"Milk ☕" +1 +1 +[0-9a-f]{8}$/);
  expect(lines.find((line) => line.includes('"b"'))).toMatch(/ "(long ){7}lon… /);
  expect(lines.at(-2)).toMatch(/"gone" +-1 +\(deleted\)/);
});

test('changes prints from a version on, one table, as NDJSON', async () => {
  expect(await printed('changes', '--since', '99')).toBe(
    'No change is newer than db_version 99.\n',
  );
  expect(await printed('changes', '--since', '99', '--ndjson')).toBe('');
  const lines = (await printed('changes', '--since', '0', '--table', 'notes', '--ndjson'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.find(({ cid, db_version }) => cid === 'stars' && db_version === 1)).toMatchObject({
    table: 'notes',
    pk: '010b0161',
    val: { integer: '3' },
    site_id: siteId,
  });
});

test('colors are for terminals, unless NO_COLOR is set', async () => {
  expect(await printed('status')).not.toContain(ESCAPE);
  expect(await printed('--help')).not.toContain(ESCAPE);
  const terminal = await project.crrAnswering([], 'status');
  expect(terminal.stdout).toContain(`${ESCAPE}[1msite id      ${ESCAPE}[22m${siteId}`);
  const help = await project.crrAnswering([], '--help');
  expect(help.stdout).toContain(`${ESCAPE}[1mMigrations:${ESCAPE}[22m`);
  const forced = await project.crrWith({ FORCE_COLOR: '1', NO_COLOR: '1' }, 'status');
  expect(forced.stdout).not.toContain(ESCAPE);
});

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
  [false, { FORCE_COLOR: '1' }, true],
  [true, { FORCE_COLOR: '0' }, false],
])('a terminal: %s, environment %o: colors %s', (isTerminal, env, expected) => {
  expect(hasColors(isTerminal, env)).toBe(expected);
});

test('the bar shows the share that is done', () => {
  const at = (share: number) =>
    renderProgress({
      pushed: 10,
      pulled: 20,
      requests: 1,
      share,
      serverVersion: 100,
      pulledTo: 0,
      localVersion: 100,
      pushedTo: 0,
    });
  expect(at(0)).toBe(`[${'.'.repeat(24)}]   0 %  sent 10, received 20`);
  expect(at(0.5)).toBe(`[${'#'.repeat(12)}${'.'.repeat(12)}]  50 %  sent 10, received 20`);
  expect(at(1)).toBe(`[${'#'.repeat(24)}] 100 %  sent 10, received 20`);
});

test('a table keeps its columns if characters are wide, and over pages', () => {
  const widths: number[] = [];
  const first = textTable(['name', 'n'], [['界e\u0301', 1]], widths);
  expect(first).toBe('name  n\n界e\u0301   1');
  expect(textTable(['name', 'n'], [['abcdef', 22]], widths).split('\n')[1]).toBe('abcdef  22');
  expect(textTable(['name', 'n'], [['a', 3]], widths).split('\n')[1]).toBe('a        3');
});

test('sizes have a unit that fits', () => {
  expect([0, 1023, 1024, 1_300_000].map(bytes)).toEqual(['0 B', '1023 B', '1.0 KiB', '1.2 MiB']);
});

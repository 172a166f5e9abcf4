/** A database of format 1 is refused and left as it is, and its changes can be carried over. */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { expect, onTestFinished, test } from 'vitest';
import { internalsOf } from '../../src/drizzle/internals.js';
import type { CrrDatabase } from '../../src/index.js';
import { checkDatabase } from '../../src/migrate/check.js';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import { cards } from '../fixtures/format-1.schema.js';
import { copyFixture, openCopy, recordedOf, schemaOf } from '../fixtures/open.js';
import { readChange, recordChange, rowsOf } from '../fixtures/recorded.js';
import { memoryClient } from '../support/client.js';
import { testProject } from '../support/project.js';
import { openSite } from '../support/site.js';

const REFUSAL =
  /has format 1, and this version of drizzle-crr needs format \d+: read all changes with the version that made it .* new database/;
const FORMAT_1 = { code: 'CRR_DATABASE_FORMAT', message: expect.stringMatching(REFUSAL) };

type Database = CrrDatabase & {
  insert(table: SQLiteTable): { values(row: object): PromiseLike<unknown> };
  transaction(run: () => Promise<void>): Promise<unknown>;
};
const changes = recordedOf(1).changes.map(readChange);
const key = { id: 'a' };
const uses: Readonly<Record<string, (db: Database) => PromiseLike<unknown>>> = {
  'the first write': (db) =>
    db.insert(cards).values({ id: 'x', title: 'x', list: 'todo', position: 'a ' }),
  'a transaction': (db) => db.transaction(async () => {}),
  'changes()': (db) => db.$crr.changes(),
  'apply()': (db) => db.$crr.apply(changes),
  'install()': (db) => db.$crr.install(),
  'rotateSiteId()': (db) => db.$crr.rotateSiteId(),
  'conflicts()': (db) => db.$crr.conflicts(cards),
  'contributions()': (db) => db.$crr.contributions(cards, key, 'votes'),
  'transport.peers()': (db) => db.$crr.transport.peers(),
  'transport.merge() of a peer without changes': (db) =>
    db.$crr.transport.merge([], {
      peer: { siteId: new Uint8Array(16), received: { cursor: 1, skip: [] } },
    }),
  'what drizzle-crr check does': ({ $crr }) => {
    const { connection, schema } = internalsOf($crr);
    return checkDatabase(connection, schema);
  },
  'sync.sync()': async (db) => {
    const server = await openSite(await schemaOf(1));
    const fetch = createSyncHandler({ db: server, public: true });
    const sync = createSync({ db, fetch, retry: { attempts: 1 } });
    onTestFinished(() => sync.stop());
    return sync.sync();
  },
};

test.each(Object.entries(uses))('%s is refused, and nothing is changed', async (_, use) => {
  const copy = await openCopy(1);
  const before = readFileSync(copy.path);
  await expect(Promise.resolve(use(copy.db as Database))).rejects.toMatchObject(FORMAT_1);
  expect(readFileSync(copy.path).equals(before)).toBe(true);
});

test('a server reports it as its own error', async () => {
  const [server, client] = [await openCopy(1), await openSite(await schemaOf(1))];
  const before = readFileSync(server.path);
  const errors: unknown[] = [];
  const handler = createSyncHandler({
    db: server.db,
    public: true,
    onError: (error) => errors.push(error),
  });
  const sync = createSync({ db: client, fetch: handler, retry: { attempts: 1 } });
  onTestFinished(() => sync.stop());
  await expect(sync.sync()).rejects.toThrow();
  expect(errors).toMatchObject([FORMAT_1]);
  expect(readFileSync(server.path).equals(before)).toBe(true);
});

test('the command line refuses it', async () => {
  const project = await testProject({
    'drizzle.config.ts': `export default { dialect: 'turso', schema: './schema.ts', out: './drizzle', dbCredentials: { url: 'file:app.db' } };`,
    'schema.ts': readFileSync(new URL('../fixtures/format-1.schema.ts', import.meta.url), 'utf8'),
  });
  onTestFinished(() => project.remove());
  const file = join(project.folder, 'app.db');
  copyFileSync(copyFixture(1), file);
  const before = readFileSync(file);
  for (const args of [['status'], ['check'], ['changes'], ['push']]) {
    const { code, stderr } = await project.crr(...args);
    expect(stderr).toMatch(REFUSAL);
    expect(code).toBe(1);
    expect(readFileSync(file).equals(before)).toBe(true);
  }
});

test('its changes give a new database the same rows and versions', async () => {
  const { rows } = recordedOf(1);
  const client = memoryClient();
  const db = await openSite(await schemaOf(1), client);
  const { pending, held } = await db.$crr.apply(changes.map(carried));
  expect({ pending, held }).toEqual({ pending: 0, held: 0 });
  expect(await rowsOf(client, Object.keys(rows))).toEqual(rows);
  const cell = ({ db_version, seq, ...rest }: ReturnType<typeof recordChange>) =>
    JSON.stringify(rest);
  const now = (await db.$crr.changes()).changes.map(recordChange);
  expect(now.map(cell).sort()).toEqual(recordedOf(1).changes.map(carried).map(cell).sort());
});

/** Format 1 had other ranges of versions for each type of column; docs/operations.md has this code, too. */
function carried<C extends { readonly col_version: number }>(change: C): C {
  const ranges = [
    { first: 2 ** 31 + 2 ** 30, now: 3 * 2 ** 47 }, // counter
    { first: 2 ** 31, now: 2 * 2 ** 47 }, // mvr
    { first: 2 ** 30, now: 2 ** 47 }, // last writes of a column that had been one of these
  ];
  const { col_version: version } = change;
  const range = version < 2 ** 32 && ranges.find(({ first }) => version >= first);
  return range ? { ...change, col_version: version - range.first + range.now } : change;
}

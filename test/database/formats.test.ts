/** Databases of every format from 2 on open, upgrade, sync and are written; see test/fixtures. */
import { type SQLiteTable, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { internalsOf } from '../../src/drizzle/internals.js';
import { type Change, crrTable, packKey } from '../../src/index.js';
import { checkDatabase } from '../../src/migrate/check.js';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import { SQL_FORMAT } from '../../src/tables/state/table.js';
import {
  type Copy,
  copyFixture,
  FORMATS,
  openCopy,
  openFile,
  recordedOf,
  schemaOf,
} from '../fixtures/open.js';
import { recordChange, rowsOf } from '../fixtures/recorded.js';
import { memoryClient } from '../support/client.js';
import { createTableSql } from '../support/create-table.js';
import { dump } from '../support/dump.js';
import { openSite } from '../support/site.js';

test('the present format has a fixture', () => {
  const how = `format ${SQL_FORMAT} has no fixture: copy test/fixtures/format-${FORMATS.at(-1)}.schema.ts to format-${SQL_FORMAT}.schema.ts, add to it what is new, and run npx tsx test/fixtures/make-fixture.ts`;
  expect(FORMATS.at(-1), how).toBe(SQL_FORMAT);
  expect(FORMATS, 'a fixture of an earlier format is missing').toEqual(
    Array.from({ length: SQL_FORMAT }, (_, i) => i + 1),
  );
});

const tables = ['cards', 'messages', 'samples'];
const differences = ({ db: { $crr } }: Pick<Copy, 'db'>) => {
  const { connection, schema } = internalsOf($crr);
  return checkDatabase(connection, schema);
};
const recordedChanges = async ({ db: { $crr } }: Pick<Copy, 'db'>) =>
  (await $crr.changes()).changes.map(recordChange);

/** What two sites agree on, whatever their ordinals and db_versions are. */
async function agreed({ client, db: { $crr } }: Pick<Copy, 'client' | 'db'>) {
  const cells = (await $crr.changes()).changes.map(recordChange);
  return {
    rows: await rowsOf(client, tables),
    cells: cells.map(({ db_version, seq, ...cell }) => JSON.stringify(cell)).sort(),
  };
}

async function fresh(format: number) {
  const client = memoryClient();
  return { client, db: await openSite(await schemaOf(format), client) };
}

describe.each(FORMATS.filter((format) => format >= 2))('format %i', (format) => {
  const { rows, changes } = recordedOf(format);
  const lines = async (copy: Copy) => ({
    rows: await rowsOf(copy.client, tables),
    changes: await recordedChanges(copy),
  });

  test('opens with the rows and changes that it had', async () => {
    const copy = await openCopy(format);
    await copy.db.$crr.install();
    expect(await differences(copy)).toEqual([]);
    expect(await lines(copy)).toEqual({ rows, changes });
  });

  test('has nothing to install a second time', async () => {
    const copy = await openCopy(format);
    await copy.db.$crr.install();
    const before = await dump(copy.client);
    await copy.db.$crr.install();
    expect(await dump(copy.client)).toBe(before);
    expect(await lines(copy)).toEqual({ rows, changes });
  });

  test('keeps its site, its peers, its conflicts and what each site added', async () => {
    const copy = await openCopy(format);
    const { cards } = (await schemaOf(format)) as { cards: SQLiteTable };
    await copy.db.$crr.install();
    const { $crr } = copy.db;
    const site = (byte: number) => new Uint8Array(16).fill(byte);
    expect(await $crr.siteId()).toEqual(site(0xa1));
    const peer = { tag: '', filter: '', url: 'http://127.0.0.1:1/sync', owner: 'ann' };
    expect(await $crr.transport.peers()).toMatchObject([
      { ...peer, siteId: site(0xb2), received: { skip: [] }, sent: { skip: [14] } },
      { ...peer, siteId: site(0xc3), received: { skip: [] }, sent: { skip: [15] } },
    ]);
    expect(await $crr.conflicts(cards)).toMatchObject([
      {
        key: { id: 'a' },
        column: 'owner',
        values: [
          { value: 'Cleo', sites: [site(0xc3)] },
          { value: 'Ben again', sites: [site(0xb2)] },
        ],
      },
    ]);
    const shares = await $crr.contributions(cards, { id: 'a' } as never, 'votes' as never);
    expect(shares.map(({ value }) => value).sort()).toEqual([-2n, 10n, 7n]);
  });

  test('syncs with a new database in both directions', async () => {
    const copy = await openCopy(format);
    await copy.db.$crr.install();
    const other = await fresh(format);
    await other.client.execute("INSERT INTO messages VALUES ('yard', 2, 'from the new one')");
    const sync = createSync({
      db: other.db,
      fetch: createSyncHandler({ db: copy.db, public: true }),
    });
    onTestFinished(() => sync.stop());
    await sync.sync();
    expect(await agreed(other)).toEqual(await agreed(copy));
    await copy.client.execute("UPDATE cards SET votes = votes + 1, best = 99 WHERE id = 'b'");
    await copy.client.execute('DELETE FROM samples WHERE id = 1');
    await sync.sync();
    expect(await agreed(other)).toEqual(await agreed(copy));
    expect((await rowsOf(copy.client, ['messages'])).messages).toContain(
      "body='from the new one', number=2, room='yard'",
    );
    expect(await differences(copy)).toEqual([]);
  });

  test('is written, one change for each cell that changed', async () => {
    const copy = await openCopy(format);
    await copy.db.$crr.install();
    const since = await copy.db.$crr.version();
    const { client } = copy;
    await client.execute(
      "UPDATE cards SET title = 'T', mood = 'M', votes = 100, owner = 'O', best = 31, due = '2000', position = 'a#' WHERE id = 'a'",
    );
    await client.execute("UPDATE cards SET best = 1, due = '3000' WHERE id = 'a'");
    await client.execute("INSERT INTO samples VALUES (7, 1.5, x'', 0)");
    await client.execute("DELETE FROM cards WHERE id = 'b'");
    await expect(client.execute('DELETE FROM messages')).rejects.toThrow(/grow-only/);
    const { changes } = await copy.db.$crr.changes({ since });
    const own = changes.filter(({ site_id }) => site_id[0] === 0xa1);
    const cids = (key: Uint8Array, table: string) =>
      own
        .filter((change) => change.table === table && Buffer.compare(change.pk, key) === 0)
        .map(({ cid }) => cid)
        .sort();
    const ofA = cids(packKey(['a']), 'cards');
    expect(ofA).toEqual(['best', 'due', 'mood', 'owner', 'position', 'title', 'votes']);
    expect(cids(packKey(['b']), 'cards')).toEqual(['-1']);
    expect(cids(packKey([7n]), 'samples')).toEqual(['-1', 'big', 'data', 'weight']);
    expect((await rowsOf(client, ['cards'])).cards).toEqual([
      "best=31, due='2000', id='a', list='todo', mood='M', owner='O', position='a#', title='T', votes=100",
    ]);
    expect(await differences(copy)).toEqual([]);
  });

  test('accepts changes under a former name of a column', async () => {
    const copy = await openCopy(format);
    await copy.db.$crr.install();
    const change: Change = {
      ...{ table: 'cards', pk: packKey(['a']), cid: 'name', val: 'by its former name' },
      ...{ col_version: 9, db_version: 99, cl: 1, seq: 0, site_id: new Uint8Array(16).fill(0xb2) },
    };
    await copy.db.$crr.apply([change]);
    const { rows } = await copy.client.execute("SELECT title FROM cards WHERE id = 'a'");
    expect(rows[0]!.title).toBe('by its former name');
  });

  test('applies what waited, once the schema has a place for it', async () => {
    const path = copyFixture(format);
    const old = (await schemaOf(format)) as Record<string, SQLiteTable>;
    const before = openFile(path, old);
    await before.db.$crr.install();
    expect(await before.db.$crr.pendingCount()).toBe(4);
    const tags = crrTable('tags', { id: text('id').primaryKey().notNull(), label: text('label') });
    await before.client.execute(createTableSql(tags));
    const after = openFile(path, { ...old, tags });
    await after.db.$crr.install();
    expect((await after.client.execute('SELECT id, label FROM tags')).rows).toMatchObject([
      { id: 'x', label: 'urgent' },
    ]);
    const rest = { table: 'cards', pk: packKey(['d']), col_version: 1, db_version: 41, cl: 1 };
    const site_id = new Uint8Array(16).fill(0xb2);
    await after.db.$crr.apply([
      { ...rest, cid: 'title', val: 'late', site_id, seq: 0 },
      { ...rest, cid: 'position', val: 'a$', site_id, seq: 1 },
    ]);
    const cards = await after.client.execute("SELECT title, list FROM cards WHERE id = 'd'");
    expect(cards.rows).toMatchObject([{ title: 'late', list: 'done' }]);
    // The column `color`, and the time that has not come.
    expect(await after.db.$crr.pendingCount()).toBe(2);
  });

  test('whose triggers an earlier version wrote is reported, and install() repairs it', async () => {
    const copy = await openCopy(format);
    await copy.db.$crr.install();
    const before = await dump(copy.client);
    const name = 'cards__crr_on_update_title';
    const { rows: found } = await copy.client.execute(
      `SELECT sql FROM sqlite_master WHERE name = '${name}'`,
    );
    const edited = String(found[0]!.sql).replace(/\bBEGIN\b/, 'BEGIN\n  -- of an earlier version');
    expect(edited).not.toBe(found[0]!.sql);
    await copy.client.execute(`DROP TRIGGER ${name}`);
    await copy.client.execute(edited);
    const again = openFile(copy.path, await schemaOf(format));
    expect(await differences(again)).toMatchObject([{ kind: 'trigger-outdated', table: 'cards' }]);
    await expect(again.db.$crr.changes().then()).rejects.toMatchObject({
      code: 'CRR_DATABASE_DRIFT',
      message: expect.stringMatching(/"cards__crr_on_update_title".*\$crr\.install\(\)/),
    });
    await again.db.$crr.install();
    expect(await differences(again)).toEqual([]);
    expect(await dump(again.client)).toBe(before);
    expect(await lines(again)).toEqual({ rows, changes });
  });
});

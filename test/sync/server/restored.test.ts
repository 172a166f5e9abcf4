/** Servers that were restored from a backup, and to which nobody gave a new site id. */
import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { increment } from '../../../src/index.js';
import { createSyncHandler, type SyncOptions } from '../../../src/sync/index.js';
import { parseReceipt, readHistory, requireOwnHistory } from '../../../src/sync/server/receipts.js';
import { siteOf } from '../../../src/sync/site.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../../support/random.js';
import {
  add,
  backup,
  idsOf,
  item,
  items,
  openFile,
  type Restorable,
  rowsOf,
  stateOf,
  writeAny,
} from '../restorable.js';
import { connect } from '../world.js';

/** A server that can be put back to a backup behind one address. */
async function openServer() {
  const reported: unknown[] = [];
  const onError = (error: unknown) => reported.push((error as { code?: unknown }).code);
  const handlerOf = ({ db }: Restorable) => createSyncHandler({ db, public: true, onError });
  let site = await openFile();
  let handler = handlerOf(site);
  return {
    reported,
    get site() {
      return site;
    },
    backup: () => backup(site),
    async restore(file: string) {
      site = await openFile(file);
      handler = handlerOf(site);
    },
    connect: (client: Restorable, options: Partial<SyncOptions> = {}) =>
      connect(client, (request) => handler(request), options),
  };
}

describe('a server that was restored and has written past the cursors of its clients', () => {
  test('gives a client that only pulls the rows that it has numbered again', async () => {
    const [server, client] = [await openServer(), await openFile()];
    const kept = server.backup();
    await server.site.db.insert(items).values([item('a'), item('b')]);
    await server.connect(client).sync();
    await server.restore(kept);
    for (const id of ['c', 'd', 'e', 'f']) await server.site.db.insert(items).values(item(id));
    const id = await server.site.crr.siteId();
    await server.connect(client).sync();
    expect(await idsOf(client)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(await stateOf(server.site)).toEqual(await stateOf(client));
    expect(await server.site.crr.siteId()).not.toEqual(id);
    expect(server.reported).toEqual(['CRR_SYNC_RESTORED']);
  });

  test('gets back what clients had pushed, and what others had pulled', async () => {
    const [server, a, b] = [await openServer(), await openFile(), await openFile()];
    await server.site.db.insert(items).values(item('first'));
    await server.connect(a).sync();
    const kept = server.backup();
    await a.db.insert(items).values(item('of-a'));
    await add(a, 3);
    await server.site.db.insert(items).values(item('of-server'));
    await server.connect(a).sync();
    await server.connect(b).sync();
    await server.restore(kept);
    for (let i = 0; i < 8; i++) await server.site.db.insert(items).values(item(`new-${i}`));
    // The device of A is lost; B has what it pushed.
    await server.connect(b).sync();
    expect(await idsOf(server.site)).toContain('of-a');
    expect(await idsOf(server.site)).toContain('of-server');
    expect(await stateOf(server.site)).toEqual(await stateOf(b));
    await server.connect(a).sync();
    await server.connect(b).sync();
    expect(await stateOf(a)).toEqual(await stateOf(server.site));
    expect(await stateOf(b)).toEqual(await stateOf(server.site));
    expect((await rowsOf(server.site)).find(({ id }) => id === 'first')!.votes).toBe(3);
    expect(server.reported).toHaveLength(1);
  });

  test('notices it by a client that has pulled nothing but pushed since', async () => {
    const [server, a] = [await openServer(), await openFile()];
    await a.db.insert(items).values(item('a'));
    await server.connect(a).sync();
    const kept = server.backup();
    await a.db.delete(items).where(eq(items.id, 'a'));
    await server.connect(a).sync();
    await server.restore(kept);
    await server.site.db.insert(items).values([item('b'), item('c'), item('d')]);
    await server.connect(a).sync();
    expect(await idsOf(server.site)).toEqual(['b', 'c', 'd']);
    expect(await stateOf(a)).toEqual(await stateOf(server.site));
  });
});

test('a server that is behind a restart is not taken for restored', async () => {
  const [server, a] = [await openServer(), await openFile()];
  const id = await server.site.crr.siteId();
  for (let i = 0; i < 3; i++) {
    await server.restore(server.backup());
    await server.site.db.insert(items).values(item(`s${i}`));
    await a.db.insert(items).values(item(`a${i}`));
    await server.connect(a).sync();
  }
  expect(await server.site.crr.siteId()).toEqual(id);
  expect(await stateOf(a)).toEqual(await stateOf(server.site));
});

test('an idle sync writes nothing, on either side', async () => {
  const [server, a] = [await openServer(), await openFile()];
  await server.site.db.insert(items).values(item('s'));
  await server.connect(a).sync();
  await server.connect(a).sync();
  const written = async (site: Restorable) => {
    const { rows } = await site.client.execute(
      'SELECT * FROM crr_peer, crr_milestone, crr_history, crr_state',
    );
    return JSON.stringify(rows);
  };
  const before = [await written(server.site), await written(a)];
  expect(await server.connect(a).sync()).toMatchObject({ requests: 1, pulled: 0 });
  expect([await written(server.site), await written(a)]).toEqual(before);
});

test('a receipt that a client makes up, or alters, changes nothing', async () => {
  const [server, a] = [await openServer(), await openFile()];
  await server.site.db.insert(items).values(item('s'));
  await server.connect(a).sync();
  const id = await server.site.crr.siteId();
  const { rows } = await a.client.execute("SELECT receipt FROM crr_peer WHERE receipt <> ''");
  const receipt = String(rows[0]!.receipt);
  expect(receipt).toMatch(/^1\./);
  for (const forged of [`9${receipt}`, receipt.replace(/\.[0-9a-f]/, '.x'), 'x', '1.']) {
    await a.client.execute({
      sql: "UPDATE crr_peer SET receipt = ? WHERE direction = 'received'",
      args: [forged],
    });
    await server.connect(a).sync();
  }
  expect(await server.site.crr.siteId()).toEqual(id);
  expect(server.reported).toEqual([]);
});

test('a process that reads from a replica that is behind sends the client away for a moment', async () => {
  const [server, a] = [await openServer(), await openFile()];
  await server.site.db.insert(items).values(item('s'));
  await server.connect(a).sync();
  const { rows } = await a.client.execute("SELECT receipt FROM crr_peer WHERE receipt <> ''");
  const receipt = parseReceipt(String(rows[0]!.receipt));
  const site = siteOf(server.site.db);
  const { siteId } = await site.state();
  const check = {
    receipt,
    siteId,
    site,
    onRestored: (error: unknown) => server.reported.push(error),
  };
  const history = await readHistory(site, receipt);
  await requireOwnHistory({ ...check, history });
  // What the replica has read; the transaction that would change the site id runs on the primary.
  const behind = requireOwnHistory({ ...check, history: { ...history, milestones: [] } });
  await expect(behind).rejects.toMatchObject({ code: 'CRR_SYNC_BUSY', status: 503 });
  expect(await server.site.crr.siteId()).toEqual(siteId);
  expect(server.reported).toEqual([]);
});

test('two clients that find a restored server at the same moment make it begin again once', async () => {
  const [server, a, b] = [await openServer(), await openFile(), await openFile()];
  const kept = server.backup();
  await server.site.db.insert(items).values(item('lost'));
  for (const client of [a, b]) await server.connect(client).sync();
  await server.restore(kept);
  await server.site.db.insert(items).values([item('c'), item('d')]);
  const retry = { attempts: 4, baseMs: 1, maxMs: 5 };
  const results = await Promise.allSettled(
    [a, b].map((client) => server.connect(client, { retry }).sync()),
  );
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
  for (const client of [a, b, a]) await server.connect(client).sync();
  expect(server.reported).toEqual(['CRR_SYNC_RESTORED']);
  for (const client of [a, b]) expect(await stateOf(client)).toEqual(await stateOf(server.site));
  expect(await idsOf(server.site)).toEqual(['c', 'd', 'lost']);
});

test('of the milestones, the latest are kept, and some of those before', async () => {
  const server = await openFile();
  await server.client.execute(
    `INSERT INTO crr_milestone WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 66000)
     SELECT i, i, 'aaaaaaaaaaaa' FROM n WHERE i > 66000 - 65536 OR i % 256 = 0`,
  );
  await server.client.execute('UPDATE crr_state SET db_version = 66000');
  const client = await openFile();
  const onError = () => {};
  const sync = connect(client, createSyncHandler({ db: server.db, public: true, onError }));
  const numbers = async () => {
    const found = await server.client.execute(
      'SELECT count(*), min(number), max(number) FROM crr_milestone',
    );
    return Object.values(found.rows[0]!).map(Number);
  };
  expect(await numbers()).toEqual([65_537, 256, 66_000]);
  for (const id of ['a', 'b']) {
    await server.db.insert(items).values(item(id));
    await sync.sync();
  }
  expect(await numbers()).toEqual([65_537, 256, 66_002]);
  const { rows } = await client.client.execute("SELECT receipt FROM crr_peer WHERE receipt <> ''");
  // Many milestones later, the client's own is not kept any more, but the one before it that is kept for good.
  const id = await server.crr.siteId();
  await server.client.execute('UPDATE crr_state SET db_version = 200000');
  await server.client.execute("INSERT INTO crr_milestone VALUES (200000, 200000, 'bbbbbbbbbbbb')");
  await server.client.execute('DELETE FROM crr_milestone WHERE number = 66002');
  await sync.sync();
  expect(await server.crr.siteId()).toEqual(id);
  await server.client.execute('DELETE FROM crr_milestone WHERE number = 65792');
  await client.client.execute({
    sql: "UPDATE crr_peer SET receipt = ? WHERE direction = 'received'",
    args: [String(rows[0]!.receipt)],
  });
  await sync.sync();
  expect(await server.crr.siteId()).not.toEqual(id);
});

test.each(Array.from({ length: numberFromEnv('CRR_RESTORES', 2) }, (_, i) => i))(
  'history %i of restored servers: no write that it had acknowledged is lost, and all sites agree',
  async (index) => {
    const random = new Random(hash(seedFromEnv(), 'restored servers', index));
    const server = await openServer();
    const clients = [await openFile(), await openFile(), await openFile()];
    const inserted = new Set<string>();
    const deleted = new Set<string>();
    const votes = new Map<string, number>();
    const backups = [server.backup()];
    for (let step = 0; step < 50; step++) {
      const client = random.pick(clients);
      const here = await idsOf(client);
      const kind = random.int(12);
      if (kind < 2) {
        const id = `i${step}`;
        await client.db.insert(items).values(item(id));
        inserted.add(id);
      } else if (kind < 4 && here.length > 0) {
        const [id, by] = [random.pick(here), 1 + random.int(9)];
        const votesPlus = { votes: increment(items.votes, by) };
        await client.db.update(items).set(votesPlus).where(eq(items.id, id));
        votes.set(id, (votes.get(id) ?? 0) + by);
      } else if (kind === 4 && here.length > 3) {
        const id = random.pick(here);
        await client.db.delete(items).where(eq(items.id, id));
        deleted.add(id);
      } else if (kind === 5) {
        await writeAny(client, random);
      } else if (kind === 6) {
        // Rows that the restored server writes before a client comes are numbered like those that it lost.
        for (let i = random.int(6); i >= 0; i--) {
          await server.site.db.insert(items).values(item(`s${step}-${i}`));
        }
      } else if (kind === 7) {
        backups.push(server.backup());
      } else if (kind === 8) {
        await server.restore(random.pick(backups));
      } else {
        await server.connect(client).sync();
      }
    }
    for (let round = 0; round < 3; round++)
      for (const client of clients) await server.connect(client).sync();
    const expected = await stateOf(server.site);
    for (const client of clients) expect(await stateOf(client)).toEqual(expected);
    for (const { id, votes: shown } of expected.rows)
      expect([id, shown]).toEqual([id, votes.get(id) ?? 0]);
    const ids = new Set(expected.rows.map(({ id }) => id));
    for (const id of inserted) expect([id, ids.has(id)]).toEqual([id, !deleted.has(id)]);
  },
);

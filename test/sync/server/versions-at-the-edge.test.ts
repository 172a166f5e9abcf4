/**
 * Versions that a client pushes as great as it may, and greater: whatever it does, a write of an honest client
 * that has seen it wins, is accepted, and reaches every site.
 */
import { integer, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { endOf, rangeOf, wireOffset } from '../../../src/columns/versions.js';
import { greatestJump, MAX_JUMP } from '../../../src/columns/wire-range.js';
import {
  type Change,
  counter,
  crrTable,
  fractIndex,
  greatest,
  least,
  lww,
  mvr,
  packKey,
} from '../../../src/index.js';
import { createSync, createSyncHandler } from '../../../src/sync/index.js';
import { binaryCodec } from '../../../src/sync/wire/binary-codec.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../../support/random.js';
import { openSite } from '../../support/site.js';
import { changesOf } from '../feed.js';

const cards = crrTable('cards', {
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  edited: lww(text('edited'), { by: 'time' }),
  status: mvr(text('status')),
  votes: counter('votes'),
  high: greatest(integer('high')),
  low: least(integer('low')),
  position: fractIndex('position').default('a '),
});
const schema = { cards };

type Site = Awaited<ReturnType<typeof open>>;
const open = () => openSite(schema);
const handlerOf = (server: Site, id: string) =>
  createSyncHandler({
    db: server,
    onError: (error) => console.error(error),
    authorize: () => ({ id, tables: { cards: true } }),
  });
const syncOf = (site: Site, server: Site, id: string) =>
  createSync({ db: site, fetch: handlerOf(server, id), retry: { attempts: 1 } }).sync();
const rowsOf = (site: Site) => site.select().from(cards).orderBy(cards.id);

/** Pushes changes as no honest client would. */
async function push(server: Site, siteId: Uint8Array, changes: readonly Change[]) {
  const body = await binaryCodec.encodeRequest({
    siteId,
    schema: '',
    push: { changes, through: 0 },
  });
  const headers = { 'content-type': binaryCodec.contentType, accept: 'application/json' };
  const request = new Request('http://x/', { method: 'POST', body, headers });
  const response = await handlerOf(server, 'mallory')(request);
  const json = (await response.json()) as { error?: { code: string; rows?: unknown[] } };
  return { status: response.status, ...json.error };
}

const MALLORY = new Uint8Array(16).fill(7);
const forged = (cid: string, col_version: number, more: Partial<Change> = {}): Change => ({
  table: 'cards',
  pk: packKey(['a']),
  cid,
  val: VALUES[cid]!,
  col_version,
  db_version: 1,
  site_id: MALLORY,
  cl: 1,
  seq: 0,
  ...more,
});
const VALUES: Readonly<Record<string, Change['val']>> = {
  title: 'forged',
  edited: 'forged',
  status: 'forged',
  votes: 100n,
  high: 5n,
  low: 5n,
  position: 'b  ',
  '-1': null,
};
const COLUMNS = Object.keys(VALUES).filter((cid) => cid !== '-1');
const offsetOf = (cid: string) => {
  const type = { status: 'mvr', votes: 'counter', high: 'greatest', low: 'least' }[cid] ?? 'lww';
  return wireOffset({ kind: { type } });
};

async function threeSites() {
  const [server, ann, bob] = [await open(), await open(), await open()];
  await ann.insert(cards).values({ id: 'a', title: 'first', high: 0, low: 9 });
  await syncOf(ann, server, 'ann');
  await syncOf(bob, server, 'bob');
  return { server, ann, bob };
}

const honest = (n: number) => ({
  title: `title ${n}`,
  edited: `edited ${n}`,
  status: `status ${n}`,
  votes: n,
  high: 1_000 + n,
  low: -1_000 - n,
  position: 'c   ',
});

async function settles({ server, ann, bob }: Awaited<ReturnType<typeof threeSites>>, n: number) {
  await syncOf(ann, server, 'ann');
  await ann.update(cards).set(honest(n));
  for (let i = 0; i < 2; i++) {
    expect(await syncOf(ann, server, 'ann')).toMatchObject({ refused: 0 });
    expect(await syncOf(bob, server, 'bob')).toMatchObject({ refused: 0 });
  }
  const expected = [{ id: 'a', ...honest(n) }];
  for (const site of [ann, server, bob]) {
    expect(await rowsOf(site)).toEqual(expected);
    expect(await site.$crr.pendingCount()).toBe(0);
  }
}

test.each(COLUMNS)('a cell raised as far as it goes, again and again: %s', async (cid) => {
  const sites = await threeSites();
  let version = offsetOf(cid);
  for (let i = 0; i < 4; i++) {
    version = greatestJump(version, endOf(rangeOf(version)), MAX_JUMP) - (cid === 'status' ? 1 : 0);
    // Even in a register, whose odd versions are marks.
    if (cid === 'status') version -= version % 2;
    expect(await push(sites.server, MALLORY, [forged(cid, version)])).toMatchObject({
      status: 200,
    });
  }
  await settles(sites, 1);
});

test.each(COLUMNS.filter((cid) => cid !== 'edited'))(
  'one version further is refused, and names the row: %s',
  async (cid) => {
    const sites = await threeSites();
    const before = await changesOf({ db: sites.server });
    for (const version of [offsetOf(cid) + 2 * MAX_JUMP, 2 ** 53 - 1]) {
      expect(await push(sites.server, MALLORY, [forged(cid, version)])).toMatchObject({
        status: 422,
        code: 'CRR_SYNC_VERSION_JUMP',
        rows: [{ table: 'cards', pk: '010b0161', drop: false }],
      });
    }
    expect(await changesOf({ db: sites.server })).toEqual(before);
    await settles(sites, 2);
  },
);

test("a mark on somebody's value, far ahead: the value that follows it stands", async () => {
  const sites = await threeSites();
  await sites.ann.update(cards).set({ status: 'hers' });
  await syncOf(sites.ann, sites.server, 'ann');
  const version = offsetOf('status') + MAX_JUMP - 1;
  const mark = forged('status', version, { val: null, site_id: await sites.ann.$crr.siteId() });
  expect(await push(sites.server, MALLORY, [mark])).toMatchObject({ status: 200 });
  await settles(sites, 3);
});

test('causal lengths as great as they may be, of a known row and of one to come', async () => {
  const sites = await threeSites();
  const { server, ann, bob } = sites;
  for (const id of ['a', 'b']) {
    let cl = id === 'a' ? 1 : 0;
    for (let i = 0; i < 3; i++) {
      cl = greatestJump(cl, 2 ** 53, MAX_JUMP);
      cl -= cl % 2;
      const tombstone = forged('-1', cl, { pk: packKey([id]), cl });
      expect(await push(server, MALLORY, [tombstone])).toMatchObject({ status: 200 });
    }
    const far = forged('-1', cl + 2 * MAX_JUMP, { pk: packKey([id]), cl: cl + 2 * MAX_JUMP });
    expect(await push(server, MALLORY, [far])).toMatchObject({ status: 422 });
  }
  await syncOf(ann, server, 'ann');
  expect(await rowsOf(ann)).toEqual([]);
  await ann.insert(cards).values([
    { id: 'a', title: 'again' },
    { id: 'b', title: 'born' },
  ]);
  await syncOf(ann, server, 'ann');
  await syncOf(bob, server, 'bob');
  const fresh = await open();
  await syncOf(fresh, server, 'carol');
  for (const site of [server, bob, fresh]) expect(await rowsOf(site)).toEqual(await rowsOf(ann));
  expect((await rowsOf(ann)).map(({ title }) => title)).toEqual(['again', 'born']);
});

test('a client with one such row sends all the others', async () => {
  const { server, ann } = await threeSites();
  await ann.insert(cards).values([{ id: 'b' }, { id: 'c' }]);
  await ann.$client.execute(
    `UPDATE cards__crr_clock SET row_version = ${3 * MAX_JUMP} WHERE key_id = 'b'`,
  );
  expect(await syncOf(ann, server, 'ann')).toMatchObject({ refused: 1 });
  expect((await rowsOf(server)).map(({ id }) => id)).toEqual(['a', 'c']);
  expect(await syncOf(ann, server, 'ann')).toMatchObject({ refused: 0, pushed: 0 });
});

test('keys that are times or snowflakes, in a table from before it was a CRR', async () => {
  const events = crrTable('events', { id: integer('id').primaryKey(), v: text('v') });
  const [server, client] = [await openSite({ events }), await openSite({ events })];
  await client.$client.execute('DROP TABLE events');
  await client.$client.execute('CREATE TABLE events (id INTEGER PRIMARY KEY, v TEXT)');
  await client.$client.execute(
    `INSERT INTO events VALUES (${Date.now()}, 'ms'), (7130000000000000000, 'snowflake')`,
  );
  await client.$crr.install();
  const { changes } = await client.$crr.changes();
  expect(Math.max(...changes.map(({ seq }) => seq))).toBeLessThan(2 ** 24);
  const handler = createSyncHandler({ db: server, public: true });
  await createSync({ db: client, fetch: handler, retry: { attempts: 1 } }).sync();
  const { rows } = await server.$client.execute("SELECT group_concat(v, ' ') AS all_v FROM events");
  expect(rows[0]!.all_v).toBe('ms snowflake');
});

test('random pushes of great versions never keep an honest write from winning', {
  timeout: 240_000,
}, async () => {
  const seed = seedFromEnv();
  const histories = Math.ceil(numberFromEnv('CRR_HISTORIES', 40) / 10);
  for (let history = 0; history < histories; history++) {
    const random = new Random(hash('edge', seed, history));
    const sites = await threeSites();
    for (let step = 0; step < 12; step++) {
      const cid = random.pick(COLUMNS);
      const known = (await changesOf({ db: sites.server })).find((change) => change.cid === cid);
      const from = Math.max(known?.col_version ?? 0, offsetOf(cid));
      const jump = random.pick([1, 1_000, MAX_JUMP - 1, MAX_JUMP, MAX_JUMP + 1, 2 ** 46, 2 ** 52]);
      const col_version = Math.min(2 ** 53 - 1, from + jump - ((from + jump) % 2));
      const db_version = random.pick([1, 2 ** 40, 2 ** 53 - 1]);
      const change = forged(cid, col_version, { db_version, seq: db_version });
      expect([200, 422]).toContain((await push(sites.server, MALLORY, [change])).status);
      if (random.chance(0.3)) await syncOf(sites.bob, sites.server, 'bob');
      if (random.chance(0.3)) {
        await sites.bob.update(cards).set({ title: `bob ${step}`, votes: step });
      }
    }
    await syncOf(sites.bob, sites.server, 'bob');
    // Times from the future go on waiting.
    await sites.server.$client.execute('DELETE FROM crr_pending');
    await settles(sites, history + 10).catch((error) => {
      throw new Error(`CRR_SEED=${seed}, history ${history}`, { cause: error });
    });
  }
});

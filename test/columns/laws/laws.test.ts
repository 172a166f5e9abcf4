/**
 * For each column type: what several sites say merges to the same, in whatever order (commutative), in
 * whatever groups (associative), and however often (idempotent), on rows that are also deleted and
 * created again; and what was held because its writer's clock was ahead ends the same once it is due.
 */
import { eq } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { rangeOf } from '../../../src/columns/versions.js';
import {
  type Change,
  counter,
  crrTable,
  fractIndex,
  fractOrder,
  greatest,
  least,
  lww,
  mvr,
} from '../../../src/index.js';
import { bytesToHex } from '../../../src/model/value.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../../support/random.js';
import { applyAtRandom, deliver, type MeshSite, openMeshSite, rowsOf } from './mesh.js';

const key = () => ({ id: text('id').primaryKey().notNull() });
const TYPES = {
  'last write wins': crrTable('t', { ...key(), value: text('value') }),
  'last write wins by time': crrTable('t', {
    ...key(),
    value: lww(text('value'), { by: 'time' }),
  }),
  'a counter': crrTable('t', { ...key(), value: counter('value') }),
  'a multi-value register': crrTable('t', { ...key(), value: mvr(text('value')) }),
  'a greatest integer': crrTable('t', { ...key(), value: greatest(integer('value')) }),
  'a greatest text': crrTable('t', { ...key(), value: greatest(text('value').notNull()) }),
  'a least integer that has a default': crrTable('t', {
    ...key(),
    value: least(integer('value').notNull().default(3)),
  }),
  'a least text': crrTable('t', { ...key(), value: least(text('value')) }),
  'an order key': crrTable('t', { ...key(), value: fractIndex('value') }),
  'all of them, and a column without which no row can be': crrTable('t', {
    ...key(),
    value: counter('value'),
    title: text('title').notNull(),
    mood: lww(text('mood'), { by: 'time' }),
    owner: mvr(text('owner')),
    size: mvr(integer('size').notNull().default(1)),
    position: fractIndex('position'),
    high: greatest(integer('high').notNull().default(0)),
    low: least(text('low')),
  }),
};
type Kind = keyof typeof TYPES;
const KINDS = Object.keys(TYPES) as Kind[];
const IDS = ['a', 'b', 'c'];
const HISTORIES = Math.ceil(numberFromEnv('CRR_HISTORIES', 54) / 27);
const MINUTE = 60_000;

afterEach(() => {
  vi.useRealTimers();
});

describe.each(KINDS)('%s', (kind) => {
  test('merges to the same in any order, in any groups, and however often', {
    timeout: 86_400_000,
  }, async () => {
    const seed = seedFromEnv();
    let revived = 0;
    for (let history = 0; history < HISTORIES; history++) {
      const random = new Random(hash('laws', kind, seed, history));
      const label = `CRR_SEED=${seed}, history ${history}`;
      const feeds = await randomFeeds(kind, random);
      revived += feeds.flat().filter(({ cl }) => cl > 2).length;
      const [a, b, c] = feeds as [Change[], Change[], Change[]];
      const merged = async (...parts: readonly (readonly Change[])[]) => {
        const site = await open(kind);
        for (const part of parts) await applyAtRandom(random, site, part);
        return site;
      };
      const all = await merged(a, b, c);
      const state = await stateOf(all);
      for (const order of [
        [a, c, b],
        [b, a, c],
        [b, c, a],
        [c, a, b],
        [c, b, a],
      ]) {
        expect(await stateOf(await merged(...order)), `${label}: commutative`).toEqual(state);
      }
      const [ab, bc] = [await feedOf(await merged(a, b)), await feedOf(await merged(b, c))];
      expect(await stateOf(await merged(ab, c)), `${label}: associative`).toEqual(state);
      expect(await stateOf(await merged(a, bc)), `${label}: associative`).toEqual(state);
      expect(await stateOf(await merged(bc, ab)), `${label}: associative`).toEqual(state);
      const version = await all.db.$crr.version();
      for (const feed of [...feeds, ab, bc, await feedOf(all)]) {
        await applyAtRandom(random, all, feed);
      }
      expect(await stateOf(all), `${label}: idempotent`).toEqual(state);
      expect(await all.db.$crr.version(), `${label}: idempotent`).toBe(version);
    }
    // Otherwise nothing was shown of rows that came back.
    expect(revived).toBeGreaterThan(0);
  });
});

describe.each(KINDS.filter((kind) => /time|all/.test(kind)))('%s', (kind) => {
  test('holds what is ahead, and ends with the same when that is due', {
    timeout: 86_400_000,
  }, async () => {
    const seed = seedFromEnv();
    let held = 0;
    for (let history = 0; history < HISTORIES; history++) {
      const random = new Random(hash('held', kind, seed, history));
      const label = `CRR_SEED=${seed}, history ${history}`;
      const feeds = await randomFeeds(kind, random);
      const now = Date.now();
      const state = await stateOf(await merge(kind, feeds));
      const late = await open(kind);
      vi.useFakeTimers({ toFake: ['Date'] });
      let wasBehind = true;
      for (const feed of random.shuffle([...feeds, ...feeds])) {
        const rest = random.shuffle(feed);
        while (rest.length > 0) {
          // To a clock that is behind, every write by time is ahead.
          const isBehind = random.chance(0.5);
          wasBehind &&= isBehind;
          vi.setSystemTime(isBehind ? now - 20 * MINUTE : now);
          const batch = rest.splice(0, 1 + random.int(rest.length));
          const result = await late.db.$crr.apply(batch);
          held += result.held;
          // What is held stays out of the feed, and of the rows.
          const told = (await feedOf(late)).filter(({ cid }) => cid === 'mood' || cid === 'value');
          if (wasBehind) expect(told, label).toEqual([]);
        }
      }
      vi.setSystemTime(now + MINUTE);
      await late.db.$crr.apply([]);
      expect(await late.db.$crr.pendingCount(), label).toBe(0);
      expect(await stateOf(late), label).toEqual(state);
      vi.useRealTimers();
    }
    expect(held).toBeGreaterThan(0);
  });
});

const open = (kind: Kind) => openMeshSite({ t: TYPES[kind] });
const feedOf = async ({ db }: MeshSite): Promise<Change[]> => [
  ...(await db.$crr.changes()).changes,
];

async function merge(kind: Kind, feeds: readonly (readonly Change[])[]): Promise<MeshSite> {
  const site = await open(kind);
  for (const feed of feeds) await site.db.$crr.apply(feed);
  return site;
}

/** The feeds of three sites that wrote at random and heard a part of each other. */
async function randomFeeds(kind: Kind, random: Random): Promise<Change[][]> {
  const sites = await Promise.all([0, 1, 2].map(() => open(kind)));
  for (let step = 0; step < 40; step++) {
    const site = random.pick(sites);
    if (random.chance(0.25)) await deliver(random, random.pick(sites), site);
    else await write(kind, random, site);
  }
  return Promise.all(sites.map(feedOf));
}

async function write(kind: Kind, random: Random, { db, client }: MeshSite): Promise<void> {
  const table = TYPES[
    kind
  ] as (typeof TYPES)['all of them, and a column without which no row can be'];
  const id = random.pick(IDS);
  const value = () => `'v${random.int(6)}'`;
  const by = random.int(9) - 4;
  // NULL among them if the column takes it.
  const amount = () => {
    const isNull = !/default/.test(kind) && random.chance(0.15);
    return isNull ? 'NULL' : String(random.int(9) - 4);
  };
  const word = () => (kind === 'a least text' && random.chance(0.15) ? 'NULL' : value());
  const written = kind.includes('integer') ? amount : word;
  const others: Partial<Record<Kind, string>> = {
    'a counter': `value = value + ${by}`,
    'all of them, and a column without which no row can be': random.pick([
      `value = value + ${by}`,
      `title = ${value()}`,
      `mood = ${value()}, owner = ${value()}`,
      `size = ${random.int(4)}, value = ${by}`,
      `high = ${by}, low = ${value()}`,
      `high = high + ${by}, title = ${value()}`,
    ]),
  };
  const known = (await client.execute(`SELECT 1 FROM t WHERE id = '${id}'`)).rows.length > 0;
  const isOrdered = kind === 'an order key' || kind.startsWith('all');
  if (known && random.chance(0.25)) {
    await db.delete(table).where(eq(table.id, id));
  } else if (isOrdered && (!known || random.chance(0.4))) {
    const property = kind === 'an order key' ? 'value' : 'position';
    const order = fractOrder(db, TYPES[kind] as never, property as never);
    const place = random.pick(['first', 'last'] as const);
    if (known) await order.move(id, place);
    else await order.insert({ id, title: 'new' } as never, place);
  } else if (isOrdered && kind === 'an order key') {
    await db.delete(table).where(eq(table.id, id));
  } else if (!known || (/greatest|least/.test(kind) && random.chance(0.1))) {
    await client.execute(
      `INSERT OR REPLACE INTO t (id, value) VALUES ('${id}', ${kind === 'a counter' ? by : written()})`,
    );
  } else {
    await client.execute(
      `UPDATE t SET ${others[kind] ?? `value = ${written()}`} WHERE id = '${id}'`,
    );
  }
}

/** What a site knows: its rows, and every change but for where in its own history it came. */
async function stateOf(site: MeshSite) {
  const feed = await feedOf(site);
  // A first life needs no sentinel where a cell tells of it, and keeps one that came before the cells.
  const told = feed.filter(({ cid, cl }) => cid !== '-1' || cl > 1);
  const changes = told.map(({ pk, cid, val, col_version, site_id, cl }) => {
    // Of two sites that wrote the same, the one heard first is kept, but for cells that are a site's own.
    const isOwn = ['mvr', 'counter'].includes(rangeOf(col_version).name);
    const from = isOwn ? bytesToHex(site_id) : '';
    return [bytesToHex(pk), cid, typeof val, String(val), col_version, from, cl].join(' ');
  });
  return { rows: await rowsOf(site, 't'), changes: changes.sort() };
}

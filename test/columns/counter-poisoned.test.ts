/** A share that is far too large, from another site: every site goes on reading and counting, and all agree. */
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { type Change, counter, crrTable, increment, packKey } from '../../src/index.js';
import { memoryClient } from '../support/client.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { exchange, openSite } from '../support/site.js';

const posts = crrTable('posts', { id: text('id').primaryKey().notNull(), votes: counter('votes') });
const schema = { posts };
type Site = Awaited<ReturnType<typeof openSite<typeof schema>>>;

const MOST = Number.MAX_SAFE_INTEGER;
const INT64_MAX = 2n ** 63n - 1n;

const share = (site: number, val: bigint, version = 1): Change => ({
  ...{ table: 'posts', pk: packKey(['a']), cid: 'votes', val, col_version: 3 * 2 ** 47 + version },
  ...{ db_version: 1, site_id: new Uint8Array(16).fill(site), cl: 1, seq: 0 },
});
/** By a driver that refuses integers beyond 2^53. */
const votesOf = async (db: Site) => (await db.select().from(posts))[0]!.votes;
const add = (db: Site, n: number) => db.update(posts).set({ votes: increment(posts.votes, n) });

async function pair() {
  const [a, b] = [await openSite(schema), await openSite(schema)];
  await a.insert(posts).values({ id: 'a', votes: 5 });
  await exchange(a, b);
  return [a, b] as const;
}

test.each([
  ['one share of 2^63 - 1', [INT64_MAX], MOST],
  ['three of them', [INT64_MAX, INT64_MAX, INT64_MAX], MOST],
  ['one of -2^63', [-INT64_MAX - 1n], -MOST],
  ['one that is just too large', [BigInt(MOST) - 4n], MOST],
])(
  '%s: the counter is reported as saturated, and others read and increment',
  async (_, shares, shown) => {
    const [a, b] = await pair();
    const { saturated } = await a.$crr.apply(shares.map((val, i) => share(20 + i, val)));
    expect(saturated).toEqual([{ table: 'posts', key: { id: 'a' }, column: 'votes' }]);
    await exchange(a, b);
    for (const db of [a, b]) {
      expect(await votesOf(db)).toBe(shown);
      await add(db, shown > 0 ? 3 : -3);
      expect(await votesOf(db)).toBe(shown);
    }
    await exchange(a, b);
    for (const db of [a, b]) expect(await votesOf(db)).toBe(shown);
    // Increments of a saturated counter count: they are there once the share is taken back.
    const back = shares.map((_, i) => share(20 + i, 0n, 2));
    for (const db of [a, b]) {
      await db.$crr.apply(back);
      expect(await votesOf(db)).toBe(5 + (shown > 0 ? 6 : -6));
    }
  },
);

test('one site brings a saturated counter back by setting it', async () => {
  const [a, b] = await pair();
  await a.$crr.apply([share(20, INT64_MAX)]);
  await a.update(posts).set({ votes: 7 });
  await exchange(a, b);
  expect([await votesOf(a), await votesOf(b)]).toEqual([7, 7]);
});

test('what one share cannot balance is shown alike by the writer and the others', async () => {
  const [a, b] = await pair();
  await a.$crr.apply([share(20, INT64_MAX), share(21, INT64_MAX)]);
  await a.update(posts).set({ votes: 7 });
  await exchange(a, b);
  expect([await votesOf(a), await votesOf(b)]).toEqual([MOST, MOST]);
});

test('a write beyond the range is refused while the sum is within it', async () => {
  const client = memoryClient();
  const db = await openSite(schema, client);
  await db.insert(posts).values({ id: 'a', votes: MOST });
  await expect(add(db, 1)).rejects.toThrow();
  await expect(client.execute(`UPDATE posts SET votes = -${2 ** 53}`)).rejects.toThrow('range');
  await expect(client.execute(`INSERT INTO posts VALUES ('b', ${2 ** 60})`)).rejects.toThrow(
    'range',
  );
  expect(await votesOf(db)).toBe(MOST);
  await add(db, -1);
  expect(await votesOf(db)).toBe(MOST - 1);
});

const SEED = seedFromEnv();

test.each(Array.from({ length: numberFromEnv('CRR_HISTORIES', 10) }, (_, i) => i))(
  `history ${'%i'} of seed ${SEED}: no read or increment fails, and all sites agree`,
  async (history) => {
    const random = new Random(hash(SEED, history));
    const sites: Site[] = [];
    for (let i = 0; i < 3; i++) sites.push(await openSite(schema));
    await sites[0]!.insert(posts).values({ id: 'a', votes: random.int(10) });
    for (const db of sites.slice(1)) await exchange(sites[0]!, db);
    const edges = [INT64_MAX, -INT64_MAX - 1n, INT64_MAX - 3n, BigInt(MOST), -BigInt(MOST), 0n, 9n];
    for (let step = 0; step < 25; step++) {
      const [db, other] = random.shuffle(sites) as [Site, Site];
      const kind = random.int(5);
      if (kind === 0) {
        await db.$crr.apply([share(20 + random.int(3), random.pick(edges), 1 + step)]);
      } else if (kind === 1)
        await db.update(posts).set({ votes: random.pick([0, 7, MOST, -MOST]) });
      else if (kind === 2) await exchange(db, other);
      else {
        const now = await votesOf(db);
        // Not beyond the end of the range: such a write may be refused.
        await add(db, now > 0 ? -1 - random.int(3) : 1 + random.int(3));
      }
      for (const each of sites) expect(Math.abs(await votesOf(each))).toBeLessThanOrEqual(MOST);
    }
    for (let round = 0; round < 2; round++) {
      for (const db of sites.slice(1)) await exchange(sites[0]!, db);
    }
    const shown = await Promise.all(sites.map(votesOf));
    expect(new Set(shown).size).toBe(1);
    const sum = (await sites[0]!.$crr.contributions(posts, { id: 'a' }, 'votes')).reduce(
      (total, { value }) => total + value,
      0n,
    );
    const limit = BigInt(MOST);
    expect(BigInt(shown[0]!)).toBe(sum > limit ? limit : sum < -limit ? -limit : sum);
  },
);

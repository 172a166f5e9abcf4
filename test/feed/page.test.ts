import { sql } from 'drizzle-orm';
import { integer, primaryKey, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { type Change, type ChangePage, type Cursor, crrTable } from '../../src/index.js';
import { numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { exchange, openSite } from '../support/site.js';

const notes = crrTable('notes', { id: integer('id').primaryKey(), a: text('a'), b: text('b') });
const tags = crrTable('tags', { id: text('id').primaryKey(), label: text('label') });
const links = crrTable('links', { a: text('a').notNull(), b: text('b').notNull() }, (t) => [
  primaryKey({ columns: [t.a, t.b] }),
]);
const schema = { notes, tags, links };
type Site = Awaited<ReturnType<typeof openSite<typeof schema>>>;

const seed = seedFromEnv();
const rounds = numberFromEnv('CRR_PAGE_ROUNDS', 5);

describe('pages', () => {
  test(`of random feeds (seed ${seed}): whole rows, whole db_versions, in order, nothing lost`, async () => {
    for (let round = 0; round < rounds; round++) {
      const random = new Random(seed + round);
      const db = await openSite(schema);
      await writeSome(db, random, 30);
      const { changes: all } = await db.$crr.changes();
      const limit = 1 + random.int(20);
      const pages = await collect(db, 0, limit);
      expect(flat(pages).map(identity).sort(), `round ${round}`).toEqual(all.map(identity).sort());
      expect(pages.at(-1)?.cursor).toBe(await db.$crr.version());
      checkRowsAreWhole(pages);
      checkVersionsAreWhole(pages, limit);
      for (const page of pages) checkOrder(page.changes);
      checkOrder(all);
    }
  });

  test(`resume at every cursor, which survives JSON (seed ${seed})`, async () => {
    const random = new Random(seed);
    const db = await openSite(schema);
    await writeSome(db, random, 25);
    for (const limit of [1, 3, 7, 1000]) {
      const pages = await collect(db, 0, limit);
      for (const [i, page] of pages.entries()) {
        const since = JSON.parse(JSON.stringify(page.cursor)) as Cursor | number;
        const rest = await collect(db, since, limit);
        expect(flat(rest).map(identity)).toEqual(flat(pages.slice(i + 1)).map(identity));
      }
    }
  });

  test(`are not lost where rows move while one reads (seed ${seed})`, async () => {
    for (let round = 0; round < rounds; round++) {
      const random = new Random(seed + round);
      const from = await openSite(schema);
      const to = await openSite(schema);
      await writeSome(from, random, 25);
      const limit = 1 + random.int(8);
      let cursor: number | Cursor = 0;
      let writes = 15;
      for await (const page of from.$crr.changes({ limit })) {
        await to.$crr.apply(random.shuffle(page.changes));
        cursor = page.cursor;
        if (writes-- > 0) await writeSome(from, random, 1);
      }
      await to.$crr.apply(from.$crr.changes({ since: cursor, limit }));
      await expectSameRows(from, to);
    }
  });

  test('a db_version larger than the limit is cut between rows, and only that', async () => {
    const db = await openSite(schema);
    await db.insert(tags).values({ id: 'first', label: 'x' });
    await db.transaction(async (tx) => {
      for (let id = 1; id <= 10; id++) await tx.insert(notes).values({ id, a: 'a', b: 'b' });
      await tx.insert(links).values({ a: 'x', b: 'y' });
      await tx.insert(tags).values({ id: 'last', label: 'x' });
    });
    const pages = await collect(db, 0, 5);
    expect(pages.map((page) => page.changes.map((c) => `${c.db_version} ${c.table}`))).toEqual([
      ['1 tags'],
      ...[[0], [1]].map(() => expect.any(Array)),
      ...pages.slice(3).map(() => expect.any(Array)),
    ]);
    expect(pages.slice(1, -1).every((page) => sizeOf(page) >= 4 && sizeOf(page) <= 5)).toBe(true);
  });

  test('a row with more changes than the limit travels alone and whole', async () => {
    const db = await openSite(schema);
    await db.insert(notes).values([
      { id: 1, a: 'a', b: 'b' },
      { id: 2, a: 'a', b: 'b' },
    ]);
    const pages = await collect(db, 0, 1);
    expect(pages.map(sizeOf)).toEqual([2, 2]);
  });

  test('a cursor that cuts between tables stays good when the schema is written in another order', async () => {
    const client = (await openSite(schema)).$client;
    const { withCrr } = await import('../../src/index.js');
    const { drizzle } = await import('drizzle-orm/libsql');
    const one = withCrr(drizzle({ client: client }), { schema: { notes, links, tags } });
    const two = withCrr(drizzle({ client: client }), { schema: { tags, links, notes } });
    await one.transaction(async (tx) => {
      await tx.insert(notes).values([
        { id: 1, a: 'a' },
        { id: 2, a: 'a' },
      ]);
      await tx.insert(links).values([
        { a: '1', b: '1' },
        { a: '2', b: '2' },
      ]);
      await tx.insert(tags).values([
        { id: '1', label: 'a' },
        { id: '2', label: 'a' },
      ]);
    });
    const all = (await one.$crr.changes()).changes.map(identity).sort();
    for (let limit = 1; limit < 8; limit++) {
      const first = await one.$crr.changes({ limit });
      const rest = await collect(two as never, first.cursor, 100);
      expect(
        flat([first, ...rest])
          .map(identity)
          .sort(),
      ).toEqual(all);
    }
  });

  test('an empty feed has no pages; where all is filtered out, one empty page brings the cursor', async () => {
    const db = await openSite(schema);
    expect(await collect(db, 0, 3)).toEqual([]);
    const page = await db.$crr.changes({ limit: 3 });
    expect(page).toEqual({ changes: [], cursor: 0 });
    await db.insert(tags).values({ id: 'a', label: 'x' });
    expect(await collect(db, 1, 3)).toEqual([]);
    const site = new Uint8Array(16);
    const pages = await collect(db, 0, 3, { site });
    expect(pages.map((p) => [sizeOf(p), p.cursor])).toEqual([[0, 1]]);
  });

  test('filters that leave pages empty do not end the feed', async () => {
    const [a, b] = [await openSite(schema), await openSite(schema)];
    for (let id = 1; id <= 20; id++) await a.insert(notes).values({ id, a: 'a' });
    await exchange(a, b);
    await b.insert(notes).values({ id: 21, a: 'b' });
    const site = await b.$crr.siteId();
    const page = await b.$crr.changes({ site, limit: 2 });
    expect(page.changes.map(({ cid }) => cid)).toEqual(['a', 'b']);
    const excluded = await collect(b, 0, 2, { excludeSite: await a.$crr.siteId() });
    expect(flat(excluded).map(identity)).toEqual(page.changes.map(identity));
  });
});

const flat = (pages: readonly ChangePage[]) => pages.flatMap(({ changes }) => changes);
const sizeOf = ({ changes }: ChangePage) => changes.length;

async function collect(db: Site, since: number | Cursor, limit: number, more: object = {}) {
  const pages: ChangePage[] = [];
  for await (const page of db.$crr.changes({ since, limit, ...more })) pages.push(page);
  return pages;
}

async function writeSome(db: Site, random: Random, steps: number): Promise<void> {
  const one = async (tx: Pick<Site, 'run'>) => {
    const id = random.int(12);
    const value = `v${random.int(100)}`;
    const statement = random.pick([
      sql`INSERT OR REPLACE INTO notes VALUES (${sql.raw(String(id))}, ${value}, 'b')`,
      sql`UPDATE notes SET a = ${value} WHERE id <= ${sql.raw(String(id))}`,
      sql`DELETE FROM notes WHERE id = ${sql.raw(String(id))}`,
      sql`INSERT INTO tags VALUES (${`t${id}`}, ${value}) ON CONFLICT DO UPDATE SET label = excluded.label`,
      sql`DELETE FROM tags WHERE id = ${`t${id}`}`,
      sql`INSERT OR IGNORE INTO links VALUES (${`a${id}`}, ${value})`,
    ]);
    await tx.run(statement);
  };
  for (let i = 0; i < steps; i++) {
    if (random.chance(0.5)) await one(db);
    else {
      await db.transaction(async (tx) => {
        for (let n = 1 + random.int(6); n > 0; n--) await one(tx as never);
      });
    }
  }
}

function checkRowsAreWhole(pages: readonly ChangePage[]): void {
  const pageOfRow = new Map<string, number>();
  for (const [i, page] of pages.entries()) {
    for (const change of page.changes) {
      const row = rowOf(change);
      expect(pageOfRow.get(row) ?? i, 'a row in two pages').toBe(i);
      pageOfRow.set(row, i);
    }
  }
}

/** The db_version under which a row travels is its greatest. */
function checkVersionsAreWhole(pages: readonly ChangePage[], limit: number): void {
  const greatest = new Map<string, number>();
  for (const change of flat(pages)) {
    greatest.set(rowOf(change), Math.max(greatest.get(rowOf(change)) ?? 0, change.db_version));
  }
  const sizes = new Map<number, number>();
  const pagesOf = new Map<number, Set<number>>();
  for (const [i, page] of pages.entries()) {
    for (const change of page.changes) {
      const version = greatest.get(rowOf(change))!;
      sizes.set(version, (sizes.get(version) ?? 0) + 1);
      pagesOf.set(version, (pagesOf.get(version) ?? new Set()).add(i));
    }
    const versions = new Set(page.changes.map((change) => greatest.get(rowOf(change))));
    if (versions.size > 1) expect(sizeOf(page)).toBeLessThanOrEqual(limit);
  }
  for (const [version, parts] of pagesOf) {
    if (parts.size > 1) expect(sizes.get(version)).toBeGreaterThan(limit);
  }
}

function checkOrder(page: readonly Change[]): void {
  const sorted = [...page].sort((a, b) => a.db_version - b.db_version || a.seq - b.seq);
  expect(page.map(identity)).toEqual(sorted.map(identity));
}

async function expectSameRows(a: Site, b: Site): Promise<void> {
  for (const table of [notes, tags, links]) {
    const rows = async (db: Site) => (await db.select().from(table)).map((r) => JSON.stringify(r));
    expect((await rows(b)).sort()).toEqual((await rows(a)).sort());
  }
}

const rowOf = ({ table, pk }: Change) => `${table} ${Buffer.from(pk).toString('hex')}`;
const identity = (c: Change) =>
  `${rowOf(c)} ${c.cid} ${c.col_version} ${c.db_version} ${c.cl} ${c.seq} ${c.val}`;

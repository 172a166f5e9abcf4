import { eq } from 'drizzle-orm';
import { customType, integer, primaryKey, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { type Change, crrTable, packKey } from '../../src/index.js';
import { dump } from '../support/dump.js';
import { describeEachEngine } from '../support/engines.js';
import { Random, seedFromEnv } from '../support/random.js';
import { exchange, openSite } from '../support/site.js';

const todos = crrTable('todos', {
  id: text('id').primaryKey(),
  title: text('title'),
  at: integer('at', { mode: 'timestamp' }),
});
const pairs = crrTable(
  'pairs',
  {
    left: integer('l').notNull(),
    right: integer('r', { mode: 'boolean' }).notNull(),
    v: text('v'),
  },
  (t) => [primaryKey({ columns: [t.left, t.right] })],
);
const strict = crrTable('strict', {
  id: text('id').primaryKey(),
  a: text('a').notNull(),
  b: text('b').notNull(),
});
const schema = { todos, pairs, strict };
const NOTHING = {
  inserted: [],
  updated: [],
  deleted: [],
  cellsWon: 0,
  cellsIgnored: 0,
  saturated: [],
  pending: 0,
  held: 0,
};
const ref = (id: string) => ({ table: 'todos', key: { id } });

describeEachEngine('apply()', (engine) => {
  const open = async () =>
    [await openSite(schema, await engine.open()), await openSite(schema)] as const;

  type Site = Awaited<ReturnType<typeof open>>[number];

  test('source: rows that do not meet its condition, before or after, are left out', async () => {
    const [db, other] = await open();
    await other.insert(todos).values([
      { id: 'a', title: 'one' },
      { id: 'b', title: 'two' },
    ]);
    const { changes } = await other.$crr.changes();
    const where = { sql: '"todos"."title" <> ?', args: ['one'] };
    const source = { id: 'ann', tables: { todos: { where } } };
    const refused = (id: string, isOutside: boolean) => [
      { table: 'todos', pk: packKey([id]), code: 'CRR_CHANGE_ROW_REFUSED', isOutside },
    ];
    expect(await db.$crr.transport.merge(changes, { source })).toMatchObject({
      inserted: [ref('b')],
      refused: refused('a', false),
    });
    await db.$crr.apply(changes);
    const all = async () => [await db.select().from(todos), (await db.$crr.changes()).changes];
    const before = await all();
    await other.delete(todos).where(eq(todos.id, 'a'));
    const { changes: gone } = await other.$crr.changes();
    expect(await db.$crr.transport.merge(gone, { source })).toMatchObject({
      deleted: [],
      refused: refused('a', true),
    });
    expect(await all()).toEqual(before);
    expect(await db.$crr.pendingCount()).toBe(0);
  });

  test('tells which rows and how many cells changed', async () => {
    const [db, other] = await open();
    await other.insert(todos).values([{ id: 'a', title: 'x' }, { id: 'b' }, { id: 'c' }]);
    await other.insert(pairs).values({ left: 1, right: true });
    const first = await other.$crr.changes();
    const applied = await db.$crr.apply(first);
    expect(applied).toMatchObject({
      ...NOTHING,
      inserted: expect.arrayContaining([
        ref('a'),
        ref('b'),
        ref('c'),
        { table: 'pairs', key: { left: 1, right: true } },
      ]),
      cellsWon: 7,
    });
    expect(applied.inserted).toHaveLength(4);

    await other.update(todos).set({ title: 'y' }).where(eq(todos.id, 'a'));
    await other.delete(todos).where(eq(todos.id, 'b'));
    await other.insert(todos).values({ id: 'd', at: new Date(0) });
    const second = await other.$crr.changes({ since: first.cursor });
    expect(await db.$crr.apply(second)).toMatchObject({
      ...NOTHING,
      inserted: [ref('d')],
      updated: [ref('a')],
      deleted: [ref('b')],
      cellsWon: 3,
    });
    expect(await db.select().from(todos)).toEqual(await other.select().from(todos));

    // A row comes back; one that loses against a local write is not told of.
    await db.update(todos).set({ title: 'local' }).where(eq(todos.id, 'a'));
    await db.update(todos).set({ title: 'newer' }).where(eq(todos.id, 'a'));
    await other.update(todos).set({ title: 'older' }).where(eq(todos.id, 'a'));
    await other.insert(todos).values({ id: 'b', title: 'back' });
    const { changes: third } = await other.$crr.changes({ since: second.cursor });
    expect(await db.$crr.apply(third)).toMatchObject({
      ...NOTHING,
      inserted: [ref('b')],
      cellsWon: 2,
      cellsIgnored: 1,
    });
  });

  test('again, shuffled, doubled or split, the outcome is the same', async () => {
    const random = new Random(seedFromEnv());
    const [db, other] = await open();
    await other.insert(todos).values([{ id: 'a', title: 'x' }, { id: 'b' }]);
    await other.update(todos).set({ title: 'y' });
    await other.delete(todos).where(eq(todos.id, 'b'));
    await other.insert(todos).values({ id: 'b', title: 'again' });
    await other.insert(pairs).values({ left: 1, right: false, v: 'v' });
    const { changes } = await other.$crr.changes();
    await db.$crr.apply([...random.shuffle(changes), ...random.shuffle(changes)]);
    await db.$crr.apply(changes);
    const before = await dump(db.$client);
    const again = await db.$crr.apply(random.shuffle(changes));
    expect(again).toMatchObject({
      ...NOTHING,
      cellsIgnored: changes.filter(({ cid }) => cid !== '-1').length,
    });
    for (const change of random.shuffle(changes)) await db.$crr.apply([change]);
    expect(await dump(db.$client)).toBe(before);
    const rows = (site: Site) => site.select().from(todos).orderBy(todos.id);
    expect(await rows(db)).toEqual(await rows(other));
  });

  test('nothing at all is a no-op', async () => {
    const [db] = await open();
    const before = await dump(db.$client);
    expect(await db.$crr.apply([])).toMatchObject(NOTHING);
    expect(await dump(db.$client)).toBe(before);
  });

  test('what is applied shares one db_version, the next of this database', async () => {
    const [db, other] = await open();
    for (let i = 0; i < 5; i++) await other.insert(todos).values({ id: `${i}` });
    await db.insert(todos).values({ id: 'mine' });
    await db.$crr.apply(await other.$crr.changes());
    const own = await db.$crr.siteId();
    const { changes: merged } = await db.$crr.changes({ excludeSite: own });
    expect(new Set(merged.map((c) => c.db_version))).toEqual(new Set([2]));
    await db.insert(todos).values({ id: 'next' });
    expect(await db.$crr.version()).toBe(3);
  });

  test("a site's own changes coming back are no news", async () => {
    const [db, other] = await open();
    await db.insert(todos).values([{ id: 'a', title: 'x' }, { id: 'b' }]);
    await db.delete(todos).where(eq(todos.id, 'b'));
    await db.update(todos).set({ id: 'moved' });
    await exchange(db, other);
    const before = await dump(db.$client);
    expect({ ...(await db.$crr.apply(await other.$crr.changes())) }).toMatchObject({ cellsWon: 0 });
    expect({ ...(await db.$crr.apply(await db.$crr.changes())) }).toMatchObject({ cellsWon: 0 });
    expect(await dump(db.$client)).toBe(before);
  });

  test('a stream is applied page by page, and its results are added up', async () => {
    const [db, other] = await open();
    await other.insert(todos).values(Array.from({ length: 30 }, (_, i) => ({ id: `${i}` })));
    const result = await db.$crr.apply(other.$crr.changes({ limit: 7 }));
    expect(result.inserted).toHaveLength(30);
    expect(result.cellsWon).toBe(60);
    expect(await db.$count(todos)).toBe(30);
  });

  test('many rows, and more parameters than one statement may have', async () => {
    const [db, other] = await open();
    const rows = Array.from({ length: 1_200 }, (_, i) => ({ id: `${i}`, title: `t${i}` }));
    for (let i = 0; i < rows.length; i += 300)
      await other.insert(todos).values(rows.slice(i, i + 300));
    await other.update(todos).set({ title: 'u' }).where(eq(todos.id, '7'));
    const result = await db.$crr.apply(await other.$crr.changes());
    expect(result.inserted).toHaveLength(1_200);
    expect(await db.$count(todos)).toBe(1_200);
    expect(await db.select().from(todos).where(eq(todos.id, '7'))).toMatchObject([{ title: 'u' }]);
  });

  test('the widest table that a CRR can be', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `c${i}`);
    // Without affinity two values are compared by class, too; NOT NULL decides whether a row waits.
    const any = customType<{ data: unknown }>({ dataType: () => '' });
    const wide = crrTable('wide', {
      id: text('id').primaryKey().notNull(),
      ...Object.fromEntries(names.map((name) => [name, any(name).notNull()])),
    });
    const [from, to] = [await openSite({ wide }, await engine.open()), await openSite({ wide })];
    const values = names.map((_, i) => i).join(', ');
    await from.$client.execute(`INSERT INTO wide VALUES ('x', ${values})`);
    await exchange(from, to);
    await from.$client.execute("UPDATE wide SET c1 = 'a', c299 = 'b'");
    await to.$client.execute("UPDATE wide SET c1 = 'c'");
    await exchange(from, to);
    const found = 'SELECT c0, c1, c299 FROM wide';
    expect((await to.$client.execute(found)).rows[0]).toMatchObject({ c0: 0, c1: 'c', c299: 'b' });
    await to.$client.execute('DELETE FROM wide');
    await exchange(from, to);
    expect((await from.$client.execute(found)).rows).toEqual([]);
  });

  test('a key that is packed in two ways is one row', async () => {
    const pairs = crrTable(
      'pairs',
      { a: integer('a').notNull(), b: text('b').notNull(), n: integer('n') },
      (t) => [primaryKey({ columns: [t.a, t.b] })],
    );
    const [from, to] = [await openSite({ pairs }), await openSite({ pairs }, await engine.open())];
    await from.insert(pairs).values({ a: 1, b: 'x', n: 1 });
    const {
      changes: [change],
    } = await from.$crr.changes();
    // The integer in two bytes, where one is enough.
    const pk = new Uint8Array([2, (2 << 3) | 1, 0, 1, ...change!.pk.slice(3)]);
    await to.$crr.apply([change!, { ...change!, pk, col_version: 2, val: 2n }]);
    expect(await to.select().from(pairs)).toEqual([{ a: 1, b: 'x', n: 2 }]);
  });

  test('a batch is one round trip', async () => {
    let calls = 0;
    const client = await engine.open();
    const db = await openSite(schema, client);
    const other = await openSite(schema);
    for (const method of ['batch', 'execute', 'transaction', 'executeMultiple'] as const) {
      const original = client[method].bind(client) as (...args: unknown[]) => unknown;
      Object.assign(client, {
        [method]: (...args: unknown[]) => {
          calls++;
          return original(...args);
        },
      });
    }
    await other.insert(todos).values(Array.from({ length: 700 }, (_, i) => ({ id: `${i}` })));
    const { changes } = await other.$crr.changes();
    await db.$crr.siteId();
    calls = 0;
    await db.$crr.apply(changes);
    expect(calls).toBe(1);
    await db.$crr.changes();
    expect(calls).toBe(2);
  });

  if (engine.name === 'sqld http:') {
    test('a batch is one HTTP request', async () => {
      let requests = 0;
      const counting = (request: Request) => {
        requests++;
        return fetch(request);
      };
      const db = await openSite(schema, await engine.open({ fetch: counting }));
      const other = await openSite(schema);
      await other.insert(todos).values([{ id: 'a' }, { id: 'b' }]);
      const { changes } = await other.$crr.changes();
      await db.$crr.siteId();
      requests = 0;
      await db.$crr.apply(changes);
      expect(requests).toBe(1);
    });
  }

  test('an incomplete row waits, and merges with what is completed there or created here', async () => {
    const [db, other] = await open();
    await other.insert(strict).values([
      { id: '1', a: 'a', b: 'b' },
      { id: '2', a: 'x', b: 'x' },
    ]);
    const { changes } = await other.$crr.changes();
    const early = await db.$crr.apply(changes.filter(({ cid }) => cid === 'a'));
    expect(early).toMatchObject({ inserted: [], pending: 2 });
    await db.insert(strict).values({ id: '2', a: 'l', b: 'l' });
    await db.$crr.apply(changes.filter(({ cid }) => cid === 'b'));
    expect(await db.$crr.pendingCount()).toBe(0);
    const rows = (from: Site) => from.select().from(strict).orderBy(strict.id);
    expect(await rows(db)).toEqual(await rows(other));
  });

  test('rotateSiteId: a copy gets an identity of its own, and keeps what it had', async () => {
    const [db, other] = await open();
    await db.insert(todos).values({ id: 'a', title: 'x' });
    const before = await db.$crr.siteId();
    const after = await db.$crr.rotateSiteId();
    expect(after).toHaveLength(16);
    expect(after).not.toEqual(before);
    expect(await db.$crr.siteId()).toEqual(after);
    await db.insert(todos).values({ id: 'b', title: 'y' });
    const sites = (await db.$crr.changes()).changes
      .filter((c) => c.cid === 'title')
      .map((c) => c.site_id);
    expect(sites).toEqual([before, after]);
    await exchange(db, other);
    // The original still writes under the old identity; the copy takes that for another site's.
    const theirs: Change = {
      table: 'todos',
      pk: packKey(['a']),
      cid: 'title',
      val: 'from the original',
      col_version: 2,
      db_version: 9,
      site_id: before,
      cl: 1,
      seq: 0,
    };
    expect(await db.$crr.apply([theirs])).toMatchObject({ updated: [ref('a')] });
  });

  test('a client that knew another database in its place notices', async () => {
    const client = await engine.open();
    const db = await openSite(schema, client);
    const [one, two] = [await openSite(schema), await openSite(schema)];
    await one.insert(todos).values({ id: 'a', title: 'one' });
    await two.insert(todos).values({ id: 'b', title: 'two' });
    await db.$crr.apply(await one.$crr.changes());
    const old = await db.$crr.siteId();
    // As when the file is replaced: everything gone, other sites under the same ordinals.
    await client.batch(
      [
        'DELETE FROM todos__crr_clock',
        'UPDATE crr_state SET applying = 1',
        'DELETE FROM todos',
        'UPDATE crr_state SET applying = 0, db_version = 0',
        'DELETE FROM crr_site',
        "INSERT INTO crr_site VALUES (1, x'000102030405060708090a0b0c0d0e0f'), (2, randomblob(16))",
      ],
      'write',
    );
    await db.$crr.apply(await two.$crr.changes());
    await db.$crr.apply(await one.$crr.changes());
    expect(await db.$crr.siteId()).not.toEqual(old);
    const bySite = async (site: Uint8Array) =>
      (await db.$crr.changes({ site })).changes.flatMap(({ val }) => (val === null ? [] : [val]));
    expect(await bySite(await one.$crr.siteId())).toEqual(['one']);
    expect(await bySite(await two.$crr.siteId())).toEqual(['two']);
  });

  test('twenty new sites at once', async () => {
    const [db] = await open();
    const site = (i: number) => new Uint8Array(16).fill(i + 1);
    const change = (i: number): Change => ({
      table: 'todos',
      pk: packKey([`k${i}`]),
      cid: 'title',
      val: `v${i}`,
      col_version: 1,
      db_version: 1,
      site_id: site(i),
      cl: 1,
      seq: 0,
    });
    await Promise.all(Array.from({ length: 20 }, (_, i) => db.$crr.apply([change(i)])));
    for (let i = 0; i < 20; i++) {
      expect((await db.$crr.changes({ site: site(i) })).changes.map(({ val }) => val)).toEqual([
        `v${i}`,
      ]);
    }
  });

  // A database in memory has one client.
  if (!engine.shared) return;
  test('several clients that each meet new sites', async () => {
    const client = await engine.open();
    const { withCrr } = await import('../../src/index.js');
    const { drizzle } = await import('drizzle-orm/libsql');
    const first = await openSite(schema, client);
    const clients = [
      first,
      ...[1, 2].map(() => withCrr(drizzle({ client: engine.again() }), { schema })),
    ];
    for (const c of clients) await c.$crr.version();
    const sources = [];
    for (let i = 0; i < 6; i++) {
      const source = await openSite(schema);
      await source.insert(todos).values({ id: `${i}`, title: `from ${i}` });
      sources.push(source);
    }
    for (const [i, source] of sources.entries()) {
      await clients[i % 3]!.$crr.apply(await source.$crr.changes());
    }
    for (const c of clients) {
      for (const [i, source] of sources.entries()) {
        const { changes } = await c.$crr.changes({ site: await source.$crr.siteId() });
        expect(changes.filter((x) => x.cid === 'title').map(({ val }) => val)).toEqual([
          `from ${i}`,
        ]);
      }
    }
  });
});

test('misspelt options and things that are no changes are refused', async () => {
  const db = await openSite(schema);
  for (const options of [{ onunknown: 'error' }, { onUnknown: 'ignore' }, { onUnknown: null }]) {
    await expect(db.$crr.apply([], options as never)).rejects.toMatchObject({
      name: 'CrrUsageError',
      code: 'CRR_USAGE_OPTION',
    });
  }
  for (const changes of [null, undefined, {}, 'changes', 7]) {
    await expect(db.$crr.apply(changes as never)).rejects.toMatchObject({
      code: 'CRR_USAGE_OPTION',
    });
  }
});

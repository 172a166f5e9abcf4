/** Clients that may not see every row: what is parked at either end is neither lost nor kept from anyone. */
import { and, eq, sql } from 'drizzle-orm';
import { type AnySQLiteColumn, integer, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { counter, crrTable, mvr } from '../../src/index.js';
import { unpackKey } from '../../src/model/packed-key.js';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { openSite } from '../support/site.js';

const lists = crrTable('lists', {
  id: text('id').primaryKey().notNull(),
  owner: text('owner'),
  name: text('name').notNull().unique(),
});
const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  owner: text('owner'),
  list: text('list')
    .notNull()
    .references(() => lists.id, { onDelete: 'cascade' }),
  prev: text('prev').references((): AnySQLiteColumn => notes.id, { onDelete: 'set null' }),
  slot: integer('slot').unique(),
  code: integer('code').notNull().unique(),
  votes: counter('votes'),
  status: mvr(text('status')),
});
const schema = { lists, notes };
const rowsOf = async (s: Site) => [
  await s.select().from(lists).orderBy(lists.id),
  await s.select().from(notes).orderBy(notes.id),
];
type Site = Awaited<ReturnType<typeof openSite<typeof schema>>>;

function serverOf(db: Site, where: (user: string) => object) {
  const handler = createSyncHandler({
    db,
    authorize: (request: Request) =>
      ({
        scope: request.headers.get('x-user')!,
        tables: where(request.headers.get('x-user')!),
      }) as never,
    onError: (e) => console.error(e),
  });
  return (user: string) => (request: Request) => {
    const r = new Request(request);
    r.headers.set('x-user', user);
    return handler(r);
  };
}
const clientOf = (db: Site, fetch: (r: Request) => Promise<Response>) =>
  createSync({ db, fetch, retry: { attempts: 1, baseMs: 1, maxMs: 5 } } as never);

test('a filter on a register of a parked row at the server', async () => {
  const server = await openSite(schema);
  const ann = await openSite(schema);
  const other = await openSite(schema);
  const net = serverOf(server, () => ({
    lists: {},
    notes: { where: and(eq(notes.status, 'open'), sql`${notes.votes} > 0`) },
  }));
  await server.insert(lists).values([{ id: 'l', name: 'l' }]);
  await server.insert(notes).values({ id: 'n', list: 'l', code: 1, status: 'open', votes: 3 });
  const sync = clientOf(ann, net('ann'));
  await sync.sync();
  expect((await rowsOf(ann))[1]).toHaveLength(1);
  // the list goes elsewhere while n2 is written
  await other.$crr.apply(await server.$crr.changes());
  await server.delete(lists).where(eq(lists.id, 'l'));
  await other.insert(notes).values({ id: 'n2', list: 'l', code: 2, status: 'open', votes: 3 });
  await server.$crr.apply(await other.$crr.changes());
  await sync.sync();
  expect(await ann.$crr.conflicts(notes)).toMatchObject([
    { reason: 'reference', key: { id: 'n2' } },
  ]);
  // ann's copy of n2 must be whole, and she may write to it
  await server.insert(lists).values({ id: 'l', name: 'l' });
  await server.$crr.apply([]);
  await sync.sync();
  expect((await rowsOf(ann))[1]).toMatchObject([{ id: 'n2', votes: 3, status: 'open' }]);
});

/** How often a site had rows aside after a sync, in all histories. */
const aside = { server: 0, clients: 0 };

test.each(
  Array.from({ length: numberFromEnv('CRR_HISTORIES', 6) }, (_, i) =>
    hash('partial constraints', seedFromEnv(), i),
  ),
)('clients with filters: seed %i', { timeout: 300_000 }, async (seed) => {
  const random = new Random(seed);
  const server = await openSite(schema);
  const write = random.chance(0.3);
  const net = serverOf(server, (user) => ({
    lists: { where: eq(lists.owner, user), ...(write ? { writeWhere: 'all' } : {}) },
    notes: { where: eq(notes.owner, user), ...(write ? { writeWhere: 'all' } : {}) },
  }));
  const users = ['ann', 'bob'];
  const clients = await Promise.all(
    users.map(async (user) => {
      const db = await openSite(schema);
      return { user, db, sync: clientOf(db, net(user)) };
    }),
  );
  const stmt = (own?: string) => {
    const o = () => `'${own !== undefined && random.chance(0.9) ? own : random.pick(users)}'`;
    const l = () => `'l${random.int(4)}'`;
    const n = () => `'n${random.int(6)}'`;
    const ins = random.pick(['INSERT', 'INSERT OR REPLACE', 'INSERT OR IGNORE']);
    return random.pick<() => string>([
      () => `${ins} INTO lists (id, owner, name) VALUES (${l()}, ${o()}, 'x${random.int(3)}')`,
      () => `UPDATE lists SET name = 'x${random.int(3)}' WHERE id = ${l()}`,
      () => `UPDATE lists SET owner = ${o()} WHERE id = ${l()}`,
      () => `DELETE FROM lists WHERE id = ${l()}`,
      () =>
        `${ins} INTO notes (id, owner, list, prev, slot, code) VALUES (${n()}, ${o()}, ${l()}, NULL, ${random.int(3)}, ${random.int(6)})`,
      () =>
        `${ins} INTO notes (id, owner, list, prev, slot, code) SELECT ${n()}, ${o()}, id, NULL, ${random.int(3)}, ${random.int(6)} FROM lists LIMIT 1`,
      () => `UPDATE notes SET slot = ${random.int(3)} WHERE id = ${n()}`,
      () => `UPDATE notes SET prev = ${n()} WHERE id = ${n()}`,
      () => `UPDATE notes SET code = ${random.int(6)} WHERE id = ${n()}`,
      () => `UPDATE notes SET owner = ${o()} WHERE id = ${n()}`,
      () => `UPDATE notes SET votes = votes + 1, status = 's${random.int(3)}' WHERE id = ${n()}`,
      () => `DELETE FROM notes WHERE id = ${n()}`,
    ])();
  };
  const run = async (db: Site, own?: string) => {
    try {
      await db.$client.batch([stmt(own)], 'write');
    } catch (e) {
      if (!/constraint failed/i.test(String(e))) throw e;
    }
  };
  const sync = async (c: (typeof clients)[number]) => {
    await c.sync.sync();
    expect((await c.db.$client.execute('PRAGMA foreign_key_check')).rows).toEqual([]);
    const conflictsOf = async ({ $crr }: Site) =>
      (await $crr.conflicts(lists)).length + (await $crr.conflicts(notes)).length;
    if ((await conflictsOf(server)) > 0) aside.server++;
    if ((await conflictsOf(c.db)) > 0) aside.clients++;
  };
  for (let i = 0; i < 70; i++) {
    const c = random.pick(clients);
    if (random.chance(0.3)) await run(server);
    else if (random.chance(0.55)) await run(c.db, c.user);
    else await sync(c);
  }
  for (let i = 0; i < 3; i++) for (const c of clients) await sync(c);
  await server.$crr.apply([]);
  for (let i = 0; i < 2; i++) for (const c of clients) await sync(c);
  // each client has exactly the merged rows that its filter lets through
  const merged = async (db: Site) => {
    const free = await openSite({
      lists: crrTable('lists', {
        id: text('id').primaryKey().notNull(),
        owner: text('owner'),
        name: text('name').notNull(),
      }),
      notes: crrTable('notes', {
        id: text('id').primaryKey().notNull(),
        owner: text('owner'),
        list: text('list').notNull(),
        prev: text('prev'),
        slot: integer('slot'),
        code: integer('code').notNull(),
        votes: counter('votes'),
        status: mvr(text('status')),
      }),
    });
    await free.$crr.apply(await db.$crr.changes());
    const rows = [
      (await free.$client.execute('select * from lists order by id')).rows,
      (await free.$client.execute('select * from notes order by id')).rows,
    ].map((r) => r.map((x) => ({ ...x })));
    free.$client.close();
    return rows;
  };
  const truth = await merged(server);
  for (const c of clients) {
    await c.db.$crr.apply([]);
    expect((await c.db.$client.execute('PRAGMA foreign_key_check')).rows).toEqual([]);
    // A write that the server refused stays at its client.
    const refused = new Set(
      (await c.db.$client.execute('SELECT table_name, pk FROM crr_refused')).rows.map(
        ({ table_name, pk }) => `${table_name} ${unpackKey(new Uint8Array(pk as ArrayBuffer))}`,
      ),
    );
    const own = await merged(c.db);
    ['lists', 'notes'].forEach((table, i) => {
      const isClear = (row: Readonly<Record<string, unknown>>) =>
        !refused.has(`${table} ${row.id}`);
      expect(own[i]!.filter(isClear)).toEqual(
        truth[i]!.filter((row) => row.owner === c.user).filter(isClear),
      );
    });
  }
  for (const s of [server, ...clients.map((c) => c.db)]) s.$client.close();
});

test('the histories have rows aside at the server and at clients', () => {
  expect(aside.server).toBeGreaterThan(0);
  expect(aside.clients).toBeGreaterThan(0);
});

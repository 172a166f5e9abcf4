/**
 * What an application sees of drizzle-crr, as scenarios that run on any engine, in any runtime. Each returns
 * a transcript, lines without what differs from run to run; that of libSQL is what all others are compared
 * with. So a scenario asserts nothing itself, and imports no test runner.
 */

import { asc, eq, sql } from 'drizzle-orm';
import {
  type BaseSQLiteDatabase,
  blob,
  customType,
  getTableConfig,
  integer,
  primaryKey,
  real,
  type SQLiteTable,
  sqliteTable,
  text,
} from 'drizzle-orm/sqlite-core';
import {
  type Change,
  type Conflict,
  type CrrDatabase,
  counter,
  crrTable,
  explainError,
  fractIndex,
  fractOrder,
  fractOrderBy,
  greatest,
  increment,
  least,
  lww,
  mvr,
  packKey,
  SENTINEL,
} from '../../src/index.js';
import { bytesToHex } from '../../src/model/value.js';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import { createTableSql } from '../support/create-table.js';
import { compactionScenario } from './compaction-scenario.js';
import { draftScenario } from './draft-scenario.js';
import { historyScenario } from './history-scenario.js';
import { liveScenario } from './live-scenario.js';
import { reviewScenario } from './review-scenario.js';
import { storedTextSql } from './stored-text.js';
import { textScenario } from './text-scenario.js';

const anything = customType<{ data: unknown }>({ dataType: () => '' });

const id = () => text('id').primaryKey().notNull();
export const items = crrTable('items', {
  id: id(),
  title: text('title'),
  size: integer('size').notNull().default(7),
  weight: real('weight'),
  data: blob('data', { mode: 'buffer' }),
  any: anything('any'),
  at: integer('at', { mode: 'timestamp' }),
  votes: counter('votes'),
  tag: mvr(text('tag')),
  mood: lww(text('mood'), { by: 'time' }),
  high: greatest(integer('high').notNull().default(0)),
  low: least(text('low')),
  place: fractIndex('place'),
});
export const members = crrTable(
  'members',
  {
    team: text('team').notNull(),
    number: integer('number').notNull(),
    name: text('name').notNull().default('nobody'),
  },
  (self) => [primaryKey({ columns: [self.team, self.number] })],
);
export const notes = crrTable('notes', {
  id: integer('id').primaryKey(),
  body: text('body').notNull(),
});
export const events = crrTable('events', { id: id(), what: text('what') }, { rows: 'growOnly' });
export const owners = crrTable('owners', { id: id(), name: text('name').unique() });
export const pets = crrTable('pets', {
  id: id(),
  owner: text('owner')
    .notNull()
    .references(() => owners.id, { onDelete: 'cascade' }),
  keeper: text('keeper').references(() => owners.id, { onDelete: 'set null' }),
  chip: integer('chip').notNull().unique(),
  nick: text('nick').notNull().unique(),
  meals: counter('meals'),
});
export const plain = sqliteTable('plain', { id: id(), note: text('note') });

// biome-ignore lint/suspicious/noExplicitAny: the kinds of database differ in what their queries return
type AnyDatabase = BaseSQLiteDatabase<any, any, any>;

/** Some of the tables above, under their names: installing those that a scenario does not use would take most of its time. */
export type Schema = Readonly<Record<string, SQLiteTable>>;

/** A database on the engine that is looked at. */
export interface Site {
  readonly schema: Schema;
  readonly db: AnyDatabase & CrrDatabase;
  /** How transactions are written there; undefined = the engine has none. */
  readonly transactions: 'async' | 'sync' | undefined;
  /** Another handle on the same database, as another process would have it. */
  again(): Site['db'];
}

/** Opens a site on a new database with these tables. */
export type OpenSite = (schema: Schema) => Promise<Site>;

export type Scenario = (open: OpenSite) => Promise<string[]>;

/** Makes the tables, and installs their bookkeeping. */
export async function openInstalled(open: () => Promise<Site>, schema: Schema): Promise<Site> {
  const site = await open();
  for (const table of Object.values(schema)) await exec(site, createTableSql(table));
  await site.db.$crr.install();
  return site;
}

export const exec = async ({ db }: Site, text: string) => void (await db.run(sql.raw(text)));

/** Runs it in a transaction as the engine has it. `write` returns queries, which are run in order. */
export async function together(
  { db, transactions }: Site,
  write: (tx: AnyDatabase) => readonly { run(): unknown }[],
): Promise<void> {
  if (transactions === 'sync') {
    (db as { transaction(run: (tx: AnyDatabase) => void): void }).transaction((tx) => {
      for (const query of write(tx)) query.run();
    });
  } else if (transactions === 'async') {
    await db.transaction(async (tx: AnyDatabase) => {
      for (const query of write(tx)) await query.run();
    });
  } else await (db as unknown as { batch(items: unknown): Promise<unknown> }).batch(write(db));
}

function conflictText(conflict: Conflict): string {
  const { table, key, reason } = conflict;
  const id = `${table} ${JSON.stringify(key)} ${reason}`;
  return 'shows' in conflict ? `${id} shows ${JSON.stringify(conflict.shows)}` : id;
}

/** Everything that sites have to agree on, and what tells them apart. */
export async function stateOf(sites: readonly Site[], site: Site): Promise<string[]> {
  const names = new Map<string, string>();
  for (const [i, one] of sites.entries()) {
    names.set(bytesToHex(await one.db.$crr.siteId()), 'ABCDE'[i]!);
  }
  const rows: string[] = [];
  for (const table of Object.values(site.schema)) {
    if (table === plain) continue;
    const { name, columns } = getTableConfig(table);
    const shown = columns
      .filter((column) => column.name !== 'place')
      .map((column) => `'${column.name} ' || ${storedTextSql(`"${column.name}"`)}`);
    const query = `SELECT ${shown.join(" || '; ' || ")} AS line FROM ${name} ORDER BY line`;
    const found = (await site.db.all(sql.raw(query))) as object[];
    rows.push(...found.map((row) => String(Object.values(row)[0])));
  }
  const { changes } = await site.db.$crr.changes();
  return [
    ...rows,
    ...changes.map((change) => changeText(change, names)),
    `version ${await site.db.$crr.version()}, waiting ${await site.db.$crr.pendingCount()}`,
  ];
}

function changeText(change: Change, names: ReadonlyMap<string, string>): string {
  const { table, pk, cid, val, col_version, db_version, site_id, cl, seq } = change;
  const isTime = cid === 'mood';
  const owner = names.get(bytesToHex(site_id)) ?? bytesToHex(site_id).slice(0, 4);
  const value = cid === 'place' ? '…' : valueText(val);
  return `${table} ${bytesToHex(pk)} ${cid} = ${value} v${isTime ? '…' : col_version} db${db_version} ${owner} cl${cl} seq${seq}`;
}

/** A value with its class and every bit of it, except for the sign of zero, which D1 loses. */
function valueText(value: unknown): string {
  if (value instanceof Uint8Array) return `x'${bytesToHex(value)}'`;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'number' ? `${value === 0 ? 0 : value}r` : String(value);
}

export async function exchange(a: Site, b: Site): Promise<void> {
  await b.db.$crr.apply(await a.db.$crr.changes());
  await a.db.$crr.apply(await b.db.$crr.changes());
}

/** The code of our error, or a part of the driver's message that all of them have. */
async function failure(run: () => unknown): Promise<string> {
  try {
    await run();
    return 'no error';
  } catch (error) {
    const { code } = explainError(error) as { code?: unknown };
    if (typeof code === 'string' && code.startsWith('CRR_')) return code;
    const messages: string[] = [];
    for (let e: unknown = error; e instanceof Error; e = e.cause) messages.push(e.message);
    const known = /(UNIQUE|NOT NULL|CHECK) constraint failed: [\w.]+|drizzle-crr: [^:\n]*/.exec(
      messages.join('\n'),
    );
    return known?.[0] ?? messages.join(' | ');
  }
}

const item = (key: string, more: Partial<typeof items.$inferInsert> = {}) => ({
  id: key,
  title: `title of ${key}`,
  place: 'a0',
  ...more,
});

const REVIEW = 'a preview is what the merge then does, and a function decides conflicts';

const DRAFT = 'writes wait in a draft until they are reviewed';

/** Scenarios that an engine refuses with CRR_USAGE_DRIVER, by the engine's name, and why. */
export const REFUSED: ReadonlyMap<
  string,
  { readonly scenarios: readonly string[]; readonly reason: string }
> = new Map([
  [
    'D1, miniflare',
    { scenarios: [REVIEW, DRAFT], reason: 'nothing can be taken back: no previews and drafts' },
  ],
]);

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'live queries follow every write': liveScenario,

  async 'statements of the application get clocks'(open) {
    const site = await open({ items, members, notes, events, plain });
    for (const text of [
      "INSERT INTO items (id, title, place) VALUES ('a', 'one', 'a0'), ('b', NULL, 'a1')",
      "UPDATE items SET title = 'two', size = size + 1 WHERE id = 'a'",
      'UPDATE items SET title = title',
      "INSERT INTO items (id, title, place) VALUES ('a', 'up', 'a0') ON CONFLICT (id) DO UPDATE SET title = excluded.title",
      "INSERT OR REPLACE INTO items (id, title, place) VALUES ('b', 'replaced', 'a2')",
      "INSERT OR IGNORE INTO items (id, title, place) VALUES ('b', 'ignored', 'a2'), ('c', 'new', 'a3')",
      "UPDATE items SET id = 'd' WHERE id = 'c'",
      "UPDATE OR REPLACE items SET id = 'b' WHERE id = 'd'",
      "DELETE FROM items WHERE id = 'a'",
      "INSERT INTO items (id, place) VALUES ('a', 'a4')",
      "UPDATE items SET votes = votes + 3, tag = 'x', high = 5, low = 'q' WHERE id = 'a'",
      "UPDATE items SET high = 2, low = 'z', tag = 'y' WHERE id = 'a'",
      "INSERT INTO members (team, number) VALUES ('red', 1), ('red', 2)",
      "UPDATE members SET number = 3, name = 'n' WHERE number = 2",
      "INSERT INTO notes (body) VALUES ('first'), ('second')",
      "INSERT INTO events VALUES ('e', 'kept')",
      "INSERT INTO plain VALUES ('p', 'not replicated')",
    ]) {
      await exec(site, text);
    }
    return stateOf([site], site);
  },

  async 'writes that are refused leave nothing behind'(open) {
    const site = await open({ items, notes, events });
    await site.db.insert(items).values(item('a'));
    await site.db.insert(events).values({ id: 'e', what: 'w' });
    const outcomes = [
      await failure(() => site.db.insert(items).values(item('a'))),
      await failure(() => site.db.update(items).set({ votes: sql`1.5` })),
      await failure(() => exec(site, "DELETE FROM events WHERE id = 'e'")),
      await failure(() => exec(site, 'INSERT INTO notes (id, body) VALUES (1, NULL)')),
      await failure(() =>
        together(site, (tx) => [
          tx.insert(items).values(item('b')),
          tx.insert(items).values(item('a')),
        ]),
      ),
    ];
    return [...outcomes, ...(await stateOf([site], site))];
  },

  async 'what is written together has one db_version'(open) {
    const site = await open({ items, members });
    await together(site, (tx) => [
      tx.insert(items).values(item('a')),
      tx.insert(items).values(item('b', { votes: 2 })),
      tx.update(items).set({ title: 'later' }).where(eq(items.id, 'a')),
    ]);
    await together(site, (tx) => [tx.delete(items).where(eq(items.id, 'b'))]);
    await site.db.insert(members).values([
      { team: 'a', number: 1 },
      { team: 'a', number: 2 },
    ]);
    return stateOf([site], site);
  },

  async 'values of every class are read and applied'(open) {
    const [a, b] = [await open({ items }), await open({ items })];
    const values = [
      null,
      0n,
      1n,
      -1n,
      2n ** 53n + 1n,
      2n ** 63n - 1n,
      -(2n ** 63n),
      1,
      2.5,
      0.1,
      -1 / 3,
      Math.PI,
      1.7e12 + 0.123,
      1e-6,
      -0,
      1e20,
      1e300,
      5e-324,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      '',
      'a',
      'a\0b',
      'é\u{1F600}',
      '\uFEFFmark',
      'quote\'"`\n;',
      new Uint8Array(),
      Uint8Array.of(0, 255),
    ];
    const pk = (key: string) =>
      Uint8Array.of(1, 0x0b, key.length, ...new TextEncoder().encode(key));
    const site_id = new Uint8Array(16).fill(5);
    const changes = values.map(
      (val, i): Change => ({
        table: 'items',
        pk: pk(`k${i}`),
        cid: 'any',
        val,
        col_version: 1,
        db_version: 1,
        site_id,
        cl: 1,
        seq: i,
      }),
    );
    const places = values.map(
      (_, i): Change => ({ ...changes[i]!, cid: 'place', val: 'a0', seq: 100 + i }),
    );
    await a.db.$crr.apply([...changes, ...places]);
    await exchange(a, b);
    return stateOf([a, b], b);
  },

  async 'changes merge: fresh, known, newer, deleted, reborn, conflicting'(open) {
    const [a, b] = [await open({ items, members, notes }), await open({ items, members, notes })];
    const lines: string[] = [];
    const round = async () => {
      await exchange(a, b);
      lines.push(...(await stateOf([a, b], a)), '--', ...(await stateOf([a, b], b)), '====');
    };
    await a.db.insert(items).values([item('a', { weight: 1.5 }), item('b'), item('c')]);
    await a.db.insert(members).values({ team: 't', number: 1, name: 'm' });
    await a.db.insert(notes).values({ id: 1, body: 'x' });
    await round();
    await a.db.update(items).set({ title: 'of a' }).where(eq(items.id, 'a'));
    await b.db.update(items).set({ title: 'of b', size: 9 }).where(eq(items.id, 'a'));
    await a.db.delete(items).where(eq(items.id, 'b'));
    await b.db.update(items).set({ title: 'while deleted' }).where(eq(items.id, 'b'));
    await b.db.delete(items).where(eq(items.id, 'c'));
    await b.db.insert(items).values(item('c', { title: 'reborn' }));
    await round();
    for (const [i, site] of [a, b].entries()) {
      await site.db.update(items).set({ votes: increment(items.votes, i + 1) });
      await site.db.update(items).set({ tag: `tag ${i}`, high: 10 + i, low: `low ${i}` });
    }
    await round();
    await a.db.update(items).set({ tag: 'resolved', mood: 'calm' });
    await round();
    return lines;
  },

  async 'what an apply did is reported'(open) {
    const [a, b] = [await open({ items, notes }), await open({ items, notes })];
    await a.db.insert(items).values([item('a'), item('b')]);
    await a.db.insert(notes).values({ id: 3, body: 'x' });
    const report = async () => {
      const { inserted, updated, deleted, ...numbers } = await b.db.$crr.apply(
        await a.db.$crr.changes(),
      );
      const keys = (rows: readonly { table: string; key: object }[]) =>
        rows.map(({ table, key }) => `${table} ${JSON.stringify(key)}`).sort();
      return JSON.stringify({ i: keys(inserted), u: keys(updated), d: keys(deleted), ...numbers });
    };
    const lines = [await report(), await report()];
    await a.db.update(items).set({ title: 'new' }).where(eq(items.id, 'a'));
    await a.db.delete(items).where(eq(items.id, 'b'));
    lines.push(await report());
    return lines;
  },

  async 'changes that no database sent are refused, and others of the batch with them'(open) {
    const [a, b] = [await open({ items, plain }), await open({ items, plain })];
    await a.db.insert(items).values(item('a'));
    const { changes } = await a.db.$crr.changes();
    const sound = [...changes];
    const outcomes: string[] = [];
    for (const [field, value] of [
      ['table', 'plain'],
      ['col_version', -1],
      ['cl', 0],
      ['site_id', new Uint8Array(3)],
      ['pk', Uint8Array.of(9)],
      ['val', 1.5],
    ] as const) {
      const bad = { ...sound.find(({ cid }) => cid === 'place')!, [field]: value };
      outcomes.push(`${field}: ${await failure(() => b.db.$crr.apply([...sound, bad as Change]))}`);
    }
    return [...outcomes, ...(await stateOf([a, b], b))];
  },

  async 'cells wait for their rows, rows for their columns'(open) {
    const [a, b] = [await open({ items }), await open({ items })];
    await a.db.insert(items).values(item('a'));
    await a.db.update(items).set({ title: 'later', votes: 4 });
    const { changes } = await a.db.$crr.changes();
    const without = changes.filter(({ cid }) => cid !== 'place');
    await b.db.$crr.apply(without);
    const waiting = await stateOf([a, b], b);
    await b.db.$crr.apply(changes.filter(({ cid }) => cid === 'place'));
    const unknown = { ...changes[0]!, cid: 'not here yet', val: 'x' };
    await b.db.$crr.apply([unknown, { ...unknown, table: 'nor this', cid: SENTINEL, val: null }]);
    return [...waiting, '--', ...(await stateOf([a, b], b))];
  },

  async 'the feed comes in pages, of all sites or of one'(open) {
    const [a, b] = [await open({ items, members }), await open({ items, members })];
    for (let i = 0; i < 7; i++) {
      await together(i % 2 === 0 ? a : b, (tx) => [
        tx.insert(members).values({ team: 'p', number: i, name: `n${i}` }),
        tx.insert(items).values(item(`i${i}`)),
      ]);
    }
    await exchange(a, b);
    const lines: string[] = [];
    for await (const { changes } of a.db.$crr.changes({ limit: 10 })) {
      lines.push(`page of ${changes.length}`);
    }
    const half = Math.floor((await a.db.$crr.version()) / 2);
    const since = await a.db.$crr.changes({ since: half });
    lines.push(
      ...since.changes.map(({ table, cid, db_version }) => `${table}.${cid} ${db_version}`),
    );
    const of = await a.db.$crr.changes({ site: await b.db.$crr.siteId() });
    return [...lines, `of b: ${of.changes.length}`];
  },

  async 'conflicts and contributions are listed'(open) {
    const [a, b] = [await open({ items }), await open({ items })];
    await a.db.insert(items).values(item('a'));
    await exchange(a, b);
    await a.db.update(items).set({ tag: 'of a', votes: 3 });
    await b.db.update(items).set({ tag: 'of b', votes: 4 });
    await exchange(a, b);
    const conflicts = (await a.db.$crr.conflicts(items)).flatMap((conflict) =>
      conflict.reason === 'register' ? [conflict] : [],
    );
    const contributions = await a.db.$crr.contributions(items, { id: 'a' }, 'votes');
    return [
      ...conflicts.flatMap(({ key, column, values }) => [
        `${JSON.stringify(key)} ${column}`,
        ...values.map(({ value }) => valueText(value)).sort(),
      ]),
      ...contributions.map(({ value }) => valueText(value)).sort(),
      ...(await stateOf([a, b], a)),
    ];
  },

  async 'rows that break a foreign key or a unique index are merged, and shown once they can be'(
    open,
  ) {
    const [a, b, c] = [
      await open({ owners, pets }),
      await open({ owners, pets }),
      await open({ owners, pets }),
    ];
    const lines: string[] = [];
    const note = async (what: string) => {
      for (const site of [a, b, c]) {
        const conflicts = [
          ...(await site.db.$crr.conflicts(owners)),
          ...(await site.db.$crr.conflicts(pets)),
        ];
        lines.push(what, ...conflicts.map(conflictText), ...(await stateOf([a, b, c], site)));
      }
    };
    const all = async () => {
      for (const [from, to] of [
        [a, b],
        [b, c],
        [c, a],
        [a, b],
      ] as const) {
        const result = await to.db.$crr.apply(await from.db.$crr.changes());
        const { parked, shown, masked, unmasked } = result;
        lines.push(JSON.stringify({ parked, shown, masked, unmasked }));
      }
    };
    await a.db.insert(owners).values([{ id: 'o1', name: 'Ann' }, { id: 'o2' }]);
    await exchange(a, b);
    await a.db.insert(pets).values({ id: 'p1', owner: 'o1', keeper: 'o2', chip: 1, nick: 'rex' });
    await b.db.insert(pets).values({ id: 'p2', owner: 'o1', chip: 1, nick: 'tom', meals: 2 });
    await b.db.insert(pets).values({ id: 'p3', owner: 'o1', chip: 3, nick: 'rex' });
    await c.db.insert(owners).values({ id: 'o0', name: 'Ann' });
    await all();
    await note('values that two rows have');
    await a.db.update(pets).set({ chip: 4 }).where(eq(pets.id, 'p1'));
    // Some engines have foreign keys switched off, so that SQLite would leave the reference.
    await b.db.update(pets).set({ keeper: null }).where(eq(pets.keeper, 'o2'));
    await b.db.delete(owners).where(eq(owners.id, 'o2'));
    await c.db.insert(pets).values({ id: 'p4', owner: 'o2', chip: 5, nick: 'mia' });
    await all();
    await note('a parent that is gone');
    await c.db.insert(owners).values({ id: 'o2', name: 'Bob' });
    await a.db.delete(owners).where(eq(owners.id, 'o0'));
    await all();
    await note('and back');
    return lines;
  },

  async 'a row that was evicted and is written again goes on with its shares'(open) {
    const [a, b] = [await open({ items }), await open({ items })];
    await a.db.insert(items).values(item('a', { votes: 5, tag: 'first' }));
    await exchange(a, b);
    const rows = [{ table: 'items', pk: packKey(['a']) }];
    const sent = { cursor: await a.db.$crr.version(), skip: [] };
    await a.db.$crr.transport.merge([], { evict: { rows, sent } });
    const left = (await a.db.select().from(items)).length;
    await a.db.insert(items).values(item('a', { votes: 2, tag: 'second' }));
    await a.db.$crr.transport.merge(await b.db.$crr.changes(), { ownReturn: true });
    await exchange(a, b);
    return [`left: ${left}`, ...(await stateOf([a, b], a))];
  },

  async 'rows are kept in order'(open) {
    const { db } = await open({ items });
    const order = fractOrder(db, items, 'place');
    for (const key of ['a', 'b', 'c']) {
      await db.insert(items).values({ id: key, place: order.last() });
    }
    await db.insert(items).values({ id: 'd', place: order.first() });
    await order.move({ id: 'c' }, { after: { id: 'd' } });
    // Rows of one key, as concurrent inserts make them, get keys of their own.
    for (const key of ['x', 'y', 'z']) await db.insert(items).values({ id: key, place: 'b00' });
    await order.move({ id: 'a' }, { after: { id: 'x' } });
    const rows = await db
      .select({ id: items.id })
      .from(items)
      .orderBy(...fractOrderBy(items, 'place'));
    return (rows as { id: string }[]).map((row) => row.id);
  },

  async 'sites sync over HTTP, as client and as server'(open) {
    const [server, a, b] = [
      await open({ items, notes }),
      await open({ items, notes }),
      await open({ items, notes }),
    ];
    const handler = createSyncHandler({ db: server.db, public: true });
    const syncOf = ({ db }: Site) => createSync({ db, fetch: handler, retry: { attempts: 1 } });
    const [ofA, ofB] = [syncOf(a), syncOf(b)];
    await a.db.insert(items).values([item('a', { votes: 1 }), item('b')]);
    await b.db.insert(notes).values({ id: 5, body: 'note' });
    const results = [await ofA.sync(), await ofB.sync(), await ofA.sync()];
    await b.db.update(items).set({ title: 'b was here', votes: increment(items.votes, 2) });
    await a.db.delete(items).where(eq(items.id, 'b'));
    results.push(await ofB.sync(), await ofA.sync(), await ofB.sync());
    return [
      ...results.map(({ pushed, pulled }) => `pushed ${pushed}, pulled ${pulled}`),
      ...(await stateOf([server, a, b], server)),
      '--',
      ...(await stateOf([server, a, b], a)),
      '--',
      ...(await stateOf([server, a, b], b)),
    ];
  },

  async 'a copied client and a restored server begin again'(open) {
    const [server, a, b] = [await open({ items }), await open({ items }), await open({ items })];
    const onError = () => {};
    const handler = createSyncHandler({ db: server.db, public: true, onError });
    const syncOf = ({ db }: Site) => createSync({ db, fetch: handler, retry: { attempts: 1 } });
    const ids = async () => [await server.db.$crr.siteId(), await a.db.$crr.siteId()].map(String);
    await a.db.insert(items).values(item('a', { votes: 2, tag: 's' }));
    await syncOf(a).sync();
    const before = await ids();
    // As if another database had pushed under the site id of this client.
    await exec(server, "UPDATE crr_peer SET ticket = '000000000000:1' WHERE ticket <> ''");
    await a.db.update(items).set({ votes: increment(items.votes, 3), tag: 't' });
    await syncOf(a).sync();
    await syncOf(b).sync();
    const between = await ids();
    const shares = await server.db.$crr.contributions(items, { id: 'a' }, 'votes');
    const rowsOf = async ({ db }: Site) =>
      JSON.stringify(
        await db
          .select({ id: items.id, votes: items.votes, tag: items.tag })
          .from(items)
          .orderBy(asc(items.id)),
      );
    const rows = await rowsOf(b);
    // As if the server had lost what it has told.
    await exec(server, 'DELETE FROM crr_milestone');
    await b.db.insert(items).values(item('b'));
    await syncOf(b).sync();
    await syncOf(a).sync();
    const after = await ids();
    return [
      ...[between, after].map((now, i) => {
        const known = [before, between][i]!;
        return `new ids: ${now.map((id, at) => id !== known[at])}`;
      }),
      `shares: ${shares.map(({ value }) => value).sort()}`,
      `conflicts: ${(await server.db.$crr.conflicts(items)).length}`,
      rows,
      ...(await Promise.all([server, a, b].map(rowsOf))),
    ];
  },

  'deletes are forgotten, and a client from before them is told': compactionScenario,

  'documents of a text merge, also with writes by SQL': textScenario,

  'a table with history tells what was written, and takes it back': historyScenario,

  [REVIEW]: reviewScenario,

  [DRAFT]: draftScenario,

  async 'a row rule holds'(open) {
    const [server, a] = [await open({ items }), await open({ items })];
    await server.db
      .insert(items)
      .values([item('mine', { title: 'me' }), item('other', { title: 'you' })]);
    const handler = createSyncHandler({
      db: server.db,
      authorize: () => ({ tables: { items: { where: eq(items.title, 'me') } } }),
    });
    const sync = createSync({ db: a.db, fetch: handler, retry: { attempts: 1 } });
    await sync.sync();
    await a.db
      .insert(items)
      .values([item('new', { title: 'me' }), item('strange', { title: 'you' })]);
    await sync.sync();
    const titles = await server.db.select({ id: items.id }).from(items).orderBy(asc(items.id));
    const own = await a.db.select({ id: items.id }).from(items).orderBy(asc(items.id));
    return [JSON.stringify(titles), JSON.stringify(own)];
  },

  async 'a row that breaks a constraint is set aside'(open) {
    const [a, b] = [await open({ items }), await open({ items })];
    await exec(b, 'CREATE UNIQUE INDEX one_title ON items (title)');
    const titles = ['x', 'y', 'x', 'z'];
    await a.db.insert(items).values(titles.map((title, i) => item(`row ${i}`, { title })));
    const first = await b.db.$crr.apply(await a.db.$crr.changes());
    const rejected = first.rejected.map(({ table, key }) => JSON.stringify([table, key]));
    await a.db.update(items).set({ title: 'w' }).where(eq(items.id, 'row 2'));
    const second = await b.db.$crr.apply(await a.db.$crr.changes());
    const rows = await b.db.select({ id: items.id, title: items.title }).from(items);
    return [
      ...rejected,
      `${first.inserted.length} and ${second.inserted.length} new, ${second.rejected.length} rejected`,
      ...rows.map((row) => JSON.stringify(row)).sort(),
      ...(await stateOf([a, b], b)),
    ];
  },

  async 'what the triggers are is noticed before the first write'(open) {
    const site = await open({ items, plain });
    await site.again().insert(items).values(item('a'));
    await site.again().$crr.install();
    const triggers = await site.db.all(
      sql.raw("SELECT name FROM sqlite_master WHERE type = 'trigger'"),
    );
    await exec(site, 'DROP TRIGGER items__crr_on_insert');
    const other = site.again();
    const outcomes = [
      `${(triggers as object[]).length} triggers`,
      await failure(() => other.insert(items).values(item('b'))),
      await failure(() => other.insert(plain).values({ id: 'p' })),
    ];
    await other.$crr.install();
    await other.insert(items).values(item('c'));
    return [...outcomes, ...(await stateOf([site], site))];
  },

  async 'damage to the bookkeeping is found, and repaired'(open) {
    const site = await open({ items, members, owners, pets, plain });
    await site.db.insert(items).values([item('a', { votes: 2, tag: 'x' }), item('b')]);
    await site.db.insert(owners).values({ id: 'o', name: 'one' });
    await site.db.insert(pets).values({ id: 'p', owner: 'o', chip: 1, nick: 'p' });
    const look = async (repair: boolean) => {
      const { findings, repaired } = await site.db.$crr.verify({ repair });
      return [...repaired, ...findings].map(
        ({ code, table, key, column }) => `${code} ${table} ${JSON.stringify(key)} ${column}`,
      );
    };
    const before = await look(false);
    await exec(site, 'UPDATE crr_state SET applying = 1');
    await exec(site, "INSERT INTO members (team, number) VALUES ('silent', 1)");
    await exec(site, "UPDATE items SET votes = 99, tag = 'y' WHERE id = 'a'");
    await exec(site, "UPDATE pets__crr_clock SET db_version = 4000 WHERE key_id = 'p'");
    await exec(site, "DELETE FROM items WHERE id = 'b'");
    await exec(site, 'UPDATE crr_state SET applying = 0');
    return [
      ...before,
      '-- damaged',
      ...(await look(false)),
      '-- repaired',
      ...(await look(true)),
      '-- again',
      ...(await look(false)),
      // It has another site id now, since versions were lost.
      JSON.stringify(await site.db.select({ id: items.id, votes: items.votes }).from(items)),
      JSON.stringify(await site.db.select().from(members)),
    ];
  },

  async 'batches run at the same time lose nothing'(open) {
    const [a, b] = [await open({ members }), await open({ members })];
    await b.db
      .insert(members)
      .values(Array.from({ length: 30 }, (_, i) => ({ team: 'x', number: i })));
    const { changes } = await b.db.$crr.changes();
    await Promise.all([
      ...Array.from({ length: 6 }, (_, i) => a.db.$crr.apply(changes.slice(i * 5, i * 5 + 5))),
      ...Array.from({ length: 6 }, (_, i) =>
        together(a, (tx) => [
          tx.insert(members).values({ team: 'y', number: i }),
          tx.insert(members).values({ team: 'z', number: i }),
        ]),
      ),
    ]);
    const rows = await a.db.select().from(members).orderBy(asc(members.team), asc(members.number));
    const { changes: all } = await a.db.$crr.changes();
    const versions = new Map<number, number>();
    for (const { pk, db_version } of all) {
      if (![0x79, 0x7a].includes(pk[3]!)) continue;
      versions.set(db_version, (versions.get(db_version) ?? 0) + 1);
    }
    return [`${rows.length} rows`, `together: ${[...versions.values()].join()}`];
  },
};

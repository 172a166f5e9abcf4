/** What grows with the number of sites and tables that a database has ever had. */
import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Client, createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { text } from 'drizzle-orm/sqlite-core';
import { crrTable, withCrr } from '../src/index.js';
import { createSync, createSyncHandler } from '../src/sync/index.js';
import { startSqld } from '../tools/sqld/index.js';
import type { Figures } from './figures.js';
import { median } from './measure.js';
import { CountingClient, type Reads } from './rows-read.js';

const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  title: text('title').notNull(),
});
const CREATE = 'CREATE TABLE notes (id TEXT PRIMARY KEY NOT NULL, title TEXT NOT NULL)';

/** Of a database to which many sites have written, all of them with an owner. */
export interface SitesCosts {
  /** The first request of a client whose site id is new, to a handler that has just started. */
  readonly first: Reads;
  /** A request with nothing to give and nothing to get, to a handler that has just started. */
  readonly cold: Reads;
  /** The same, to a handler that has answered before. */
  readonly idle: Reads;
  /** One row, of a site that the handler knows. */
  readonly push: Reads;
  /** Milliseconds from the start of a handler to its first answer. */
  readonly coldMs: number;
  /** Bytes by which the heap has grown then. */
  readonly coldHeap: number;
}

/** @returns undefined if this platform has no sqld. */
export async function sitesCosts(sites: number, rounds: number): Promise<SitesCosts | undefined> {
  const sqld = await startSqld();
  if (sqld === undefined) return undefined;
  try {
    const setup = await open(createClient({ url: sqld.httpUrl }));
    await addSites(setup.$client, sites);
    let reads!: CountingClient;
    let handler!: ReturnType<typeof createSyncHandler>;
    const restart = () => {
      reads?.client.close();
      reads = new CountingClient(sqld.httpUrl);
      const db = withCrr(drizzle(reads.client), { schema: { notes } });
      handler = createSyncHandler({ db, authorize: () => ({ id: 'ann', tables: { notes: {} } }) });
    };
    const own = await open(createClient({ url: ':memory:' }));
    const sync = createSync({
      db: own,
      url: 'http://handler.test/',
      fetch: (...args) => handler(new Request(...args)),
    });
    const syncOnce = async () => {
      await sync.sync();
      return reads.take();
    };
    restart();
    const first = await syncOnce();
    await own.insert(notes).values({ id: 'a', title: 'one' });
    await syncOnce();
    const times: number[] = [];
    const heaps: number[] = [];
    let cold!: Reads;
    for (let i = 0; i < rounds; i++) {
      restart();
      const before = heap();
      const start = performance.now();
      cold = await syncOnce();
      times.push(performance.now() - start);
      heaps.push(heap() - before);
    }
    const idle = await syncOnce();
    // The first write of a handler is preceded by a look at the triggers.
    await own.insert(notes).values({ id: 'b', title: 'two' });
    await syncOnce();
    await own.insert(notes).values({ id: 'c', title: 'three' });
    const push = await syncOnce();
    const { rows } = await setup.$client.execute('SELECT count(*) FROM notes');
    assert.equal(Number(rows[0]![0]), 3);
    reads.client.close();
    setup.$client.close();
    own.$client.close();
    return { first, cold, idle, push, coldMs: median(times), coldHeap: median(heaps) };
  } finally {
    await sqld.stop();
  }
}

export async function measureSites(
  effort: { readonly few: number; readonly many: number; readonly rounds: number },
  figures: Figures,
): Promise<void> {
  const few = await sitesCosts(effort.few, effort.rounds);
  const many = await sitesCosts(effort.many, effort.rounds);
  if (few === undefined || many === undefined) return;
  const names = `${effort.many} sites / ${effort.few}`;
  figures.set(
    'sites_cold_x',
    many.coldMs / few.coldMs,
    `${names}: ${many.coldMs.toFixed(0)} / ${few.coldMs.toFixed(0)} ms`,
  );
  figures.set('sites_heap_mb', many.coldHeap / 1e6, 'by which a handler grows in its first answer');
  for (const name of ['first', 'cold', 'idle', 'push'] as const) {
    const [a, b] = [many[name], few[name]];
    figures.set(
      `sites_${name}_rows`,
      a.rows,
      `${names}: ${a.rows} / ${b.rows} rows read, ${a.requests} / ${b.requests} requests`,
    );
  }
}

/** Of a server and a client with many CRRs. */
export interface TablesCosts {
  /** SQL statements that the server runs for a request that has nothing new. */
  readonly idleStatements: number;
  /** Of one that has one new row. */
  readonly newsStatements: number;
  /** Statements of an install() that finds nothing to do. */
  readonly installStatements: number;
  /** Milliseconds of CPU time: of a sync without news, on both sides; of one with a new row; of that install(). */
  readonly idleMs: number;
  readonly newsMs: number;
  readonly installMs: number;
}

export async function tablesCosts(count: number, rounds: number): Promise<TablesCosts> {
  const columns = () => ({
    id: text('id').primaryKey().notNull(),
    ...Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, text(name)])),
  });
  const tables = Array.from({ length: count }, (_, i) => crrTable(`table_${i}`, columns()));
  const schema = Object.fromEntries(tables.map((table, i) => [`table${i}`, table]));
  const openTables = async () => {
    const client = createClient({ url: ':memory:' });
    const names = [
      'id TEXT PRIMARY KEY NOT NULL',
      'a TEXT',
      'b TEXT',
      'c TEXT',
      'd TEXT',
      'e TEXT',
    ];
    await client.batch(
      tables.map((_, i) => `CREATE TABLE table_${i} (${names.join(', ')})`),
      'write',
    );
    const db = withCrr(drizzle(client), { schema });
    await db.$crr.install();
    return db;
  };
  const [server, own] = [await openTables(), await openTables()];
  let statements = 0;
  const batch = server.$client.batch.bind(server.$client);
  server.$client.batch = (list, mode) => {
    statements += list.length;
    return batch(list, mode);
  };
  const handler = createSyncHandler({ db: server, authorize: () => ({ id: 'ann' }) });
  const sync = createSync({
    db: own,
    url: 'http://handler.test/',
    fetch: (...args) => handler(new Request(...args)),
  });
  const measured = async (run: () => Promise<unknown>, prepare = async () => {}) => {
    const times: number[] = [];
    let count = 0;
    for (let i = 0; i < rounds; i++) {
      await prepare();
      statements = 0;
      const start = process.cpuUsage();
      await run();
      const { user, system } = process.cpuUsage(start);
      times.push((user + system) / 1_000);
      count = statements;
    }
    return { ms: median(times), count };
  };
  const first = tables[0]!;
  let rows = 0;
  const write = async () => {
    await server.insert(first).values({ id: `row ${rows++}` });
  };
  await write();
  for (let i = 0; i < 3; i++) await sync.sync();
  const idle = await measured(() => sync.sync());
  const news = await measured(() => sync.sync(), write);
  const install = await measured(() => withCrr(drizzle(server.$client), { schema }).$crr.install());
  assert.equal((await own.select().from(first)).length, rows);
  server.$client.close();
  own.$client.close();
  return {
    ...{ idleStatements: idle.count, newsStatements: news.count, installStatements: install.count },
    ...{ idleMs: idle.ms, newsMs: news.ms, installMs: install.ms },
  };
}

export async function measureTables(
  effort: { readonly few: number; readonly many: number; readonly rounds: number },
  figures: Figures,
): Promise<void> {
  const few = await tablesCosts(effort.few, effort.rounds);
  const many = await tablesCosts(effort.many, effort.rounds);
  const names = `${effort.many} CRRs / ${effort.few}`;
  for (const name of ['idle', 'news'] as const) {
    const [a, b] = [many[`${name}Ms`], few[`${name}Ms`]];
    figures.set(`tables_${name}_x`, a / b, `${names}: ${a.toFixed(1)} / ${b.toFixed(1)} ms of CPU`);
  }
  figures.set(
    'tables_install_ms',
    many.installMs,
    `install() with nothing to do, ${names}: ${few.installMs.toFixed(1)} ms`,
  );
}

async function open(client: Client) {
  await client.execute(CREATE);
  const db = withCrr(drizzle(client), { schema: { notes } });
  await db.$crr.install();
  return db;
}

/** As if each of them had synced once. */
async function addSites(client: Client, count: number): Promise<void> {
  const STEP = 1_000;
  const today = Math.floor(Date.now() / 86_400_000);
  for (let from = 0; from < count; from += STEP) {
    const step = Math.min(STEP, count - from);
    const peer = (direction: string) => `
      INSERT INTO crr_peer (site_id, tag, direction, version, owner, seen)
      SELECT site_id, '', '${direction}', 0, 'user ' || ordinal, ${today}
      FROM crr_site ORDER BY ordinal DESC LIMIT ${step}`;
    await client.batch(
      [
        `INSERT INTO crr_site (site_id) SELECT randomblob(16) FROM json_each('[${Array(step).fill(0)}]')`,
        peer('received'),
        peer('sent'),
      ],
      'write',
    );
  }
}

/** Bytes of the heap that are in use. */
function heap(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

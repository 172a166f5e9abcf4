/** A tab of an application with a shared database: what the tests ask of it. */
import { count, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/sqlite-proxy';
import { type MigrationBundle, openSharedDatabase, shareSync } from '../../src/browser/index.js';
import { increment, withCrr } from '../../src/index.js';
import { createSync, type Sync } from '../../src/sync/index.js';
import * as schema from './schema.js';

declare const BUNDLE: MigrationBundle;
declare const Worker: new (url: string, options: object) => never;

const { cards } = schema;
const { searchParams } = new URL(location.href);
const startedAt = performance.now();
const shared = openSharedDatabase({
  name: searchParams.get('name') ?? 'board',
  worker: () =>
    new Worker(`/${searchParams.get('script') ?? 'worker.js'}?${searchParams}`, { type: 'module' }),
  migrations: BUNDLE,
  busyTimeout: Number(searchParams.get('busy') ?? 5_000),
  startTimeout: Number(searchParams.get('start') ?? 30_000),
});
const db = withCrr(drizzle(shared.client as never, { schema } as never), { schema });

const turns: string[] = [];
shared.whileLeading((signal) => {
  turns.push('lead');
  signal.addEventListener('abort', () => turns.push('resign'));
});
let written = 0;
shared.subscribe(({ type }) => {
  if (type === 'written') written++;
});

/** A transaction that stays open. */
let end = () => {};
let running: Promise<void>;
let sync: Sync<string>;
const events: string[] = [];

const tab = {
  async ready() {
    await shared.ready;
    await db.select({ n: count() }).from(cards);
    return performance.now() - startedAt;
  },
  isLeader: () => shared.isLeader,
  turns: () => turns,
  written: () => written,
  async insert(id: string, title = id) {
    await db.insert(cards).values({ id, title });
  },
  /** Inserts one after the other, and returns the keys that were acknowledged when it ended. */
  insertMany: async (prefix: string, n: number) => {
    const done: string[] = [];
    for (let i = 0; i < n; i++) {
      await db.insert(cards).values({ id: `${prefix}${i}` });
      done.push(`${prefix}${i}`);
    }
    return done;
  },
  returning: (id: string) => db.insert(cards).values({ id, size: 7 }).returning(),
  async vote(id: string, times: number) {
    for (let i = 0; i < times; i++) {
      await db
        .update(cards)
        .set({ votes: increment(cards.votes, 1) })
        .where(eq(cards.id, id));
    }
  },
  rows: () => db.select().from(cards).orderBy(cards.id),
  begin: (id: string) =>
    new Promise<void>((opened, failed) => {
      running = db.transaction(async (tx) => {
        await tx.insert(cards).values({ id });
        await new Promise<void>((resume) => {
          end = resume;
          opened();
        });
        await tx.insert(cards).values({ id: `${id}-end` });
      });
      running.catch(failed);
    }),
  async end() {
    end();
    await running;
  },
  startSync(url: string) {
    sync = shareSync(shared, createSync<string>({ db, url }));
    sync.subscribe(({ type }) => void events.push(type));
    sync.start();
  },
  show: (state: string | null) => sync.presence.set(state),
  others: () => sync.presence.others().map(({ state }) => state),
  events: () => events,
  phase: () => sync.phase,
  unsent: () => sync.unsent(),
  /** Rewrites so many rows, again and again, until the page ends. */
  async rewrite(rows: number) {
    await db.run(
      sql.raw(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) INSERT OR IGNORE INTO cards (id, photo, size) SELECT 'w' || i, hex(randomblob(300)), 0 FROM n`,
      ),
    );
    const loop = async () => {
      for (;;)
        await db.update(cards).set({ photo: sql`hex(randomblob(300))`, size: sql`size + 1` });
    };
    void loop();
  },
  answersKept: () =>
    db.values<[string, number]>(sql`SELECT tab, count(*) FROM crr_answered GROUP BY tab`),
  integrity: () => db.values(sql`PRAGMA integrity_check`),
  sizes: () => db.selectDistinct({ size: cards.size }).from(cards),
  async fill(id: string, kilobytes: number) {
    await db.insert(cards).values({ id, photo: 'x'.repeat(kilobytes * 1024) });
  },
  async fail() {
    await db.run(sql`SELECT * FROM unknown_table`);
  },
  changes: async () => (await db.$crr.changes()).changes.length,
  version: () => db.$crr.version(),
  verify: () => db.$crr.verify(),
  close: () => shared.close(),
};

const api = {
  async ask(method: keyof typeof tab, ...args: never[]) {
    try {
      return { value: await (tab[method] as (...args: never[]) => unknown)(...args) };
    } catch (error) {
      const codes: unknown[] = [];
      let message = '';
      for (let e: unknown = error; e instanceof Error; e = e.cause) {
        codes.push((e as { code?: unknown }).code);
        message += `${e.message}\n`;
      }
      return { error: message, codes };
    }
  },
};
Object.assign(globalThis, api);

export type TabApi = typeof tab;

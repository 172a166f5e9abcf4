/** Run by fan-out.ts: a handler, or its clients. */
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { serve } from '@hono/node-server';
import { type Client, createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { text } from 'drizzle-orm/sqlite-core';
import { crrTable, withCrr } from '../src/index.js';
import { createSync, createSyncHandler } from '../src/sync/index.js';
import { CountingClient } from './rows-read.js';

/** Since the last look, but for memory. */
export interface HandlerCosts {
  readonly requests: number;
  readonly rowsRead: number;
  readonly cpuMs: number;
  readonly heapMb: number;
  readonly rssMb: number;
}

export interface Delivered {
  readonly writes: number;
  /** Rows that reached a client that has not written them. */
  readonly count: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  title: text('title').notNull(),
});

async function open(client: Client) {
  await client.execute(
    'CREATE TABLE IF NOT EXISTS notes (id TEXT PRIMARY KEY NOT NULL, title TEXT NOT NULL)',
  );
  const db = withCrr(drizzle({ client }), { schema: { notes } });
  await db.$crr.install();
  return db;
}

const print = (value: unknown) => console.log(JSON.stringify(value));
const commands = createInterface({ input: process.stdin });

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function serveUntilTold(url: string): Promise<void> {
  const counting = new CountingClient(url);
  const db = await open(counting.client);
  let requests = 0;
  const handler = createSyncHandler({
    db,
    public: true,
    onEvent: (event) => {
      if (event.type === 'handler-request' && event.method === 'POST') requests++;
    },
  });
  const server = serve({ fetch: handler, hostname: '127.0.0.1', port: 0 }, () =>
    print(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
  );
  let before = process.cpuUsage();
  for await (const _ of commands) {
    collectGarbage();
    const { user, system } = process.cpuUsage(before);
    const { heapUsed, rss } = process.memoryUsage();
    print({
      requests,
      rowsRead: counting.take().rows,
      cpuMs: (user + system) / 1e3,
      heapMb: heapUsed / 2 ** 20,
      rssMb: rss / 2 ** 20,
    } satisfies HandlerCosts);
    requests = 0;
    before = process.cpuUsage();
  }
  process.exit();
}

async function run(url: string, count: number, writers: number, seconds: number): Promise<void> {
  const committed = new Map<string, number>();
  const delays: number[] = [];
  const sites = [];
  for (let i = 0; i < count; i++) {
    const db = await open(createClient({ url: ':memory:' }));
    // Who does not write need not look for writes.
    const localPollMs = i < writers ? 200 : 60_000;
    const sync = createSync({ db, url, continuous: { localPollMs } });
    sync.subscribe((event) => {
      if (event.type !== 'applied') return;
      const now = performance.now();
      for (const { key } of event.result.inserted)
        delays.push(now - committed.get(key.id as string)!);
    });
    sync.start();
    sites.push({ db, sync });
    await new Promise((resolve) => setImmediate(resolve));
  }
  while (sites.some(({ sync }) => sync.phase !== 'idle')) await sleep(50);
  await sleep(1_500); // Until the streams are open.
  print('open');
  for await (const _ of commands) break;
  const end = performance.now() + seconds * 1_000;
  let writes = 0;
  await Promise.all(
    sites.slice(0, writers).map(async ({ db }, i) => {
      // Each writes every two seconds, at times of its own.
      await sleep((i / writers) * 2_000);
      while (performance.now() < end) {
        const id = `row-${i}-${writes++}`;
        committed.set(id, performance.now());
        await db.insert(notes).values({ id, title: 'written' });
        committed.set(id, performance.now());
        await sleep(2_000);
      }
    }),
  );
  // If a wake-up were lost, this would not be enough.
  const expected = writes * (count - 1);
  for (let i = 0; i < 600 && delays.length < expected; i++) await sleep(50);
  delays.sort((a, b) => a - b);
  const at = (share: number) => delays[Math.floor((delays.length - 1) * share)] ?? Number.NaN;
  print({ writes, count: delays.length, p50: at(0.5), p99: at(0.99) } satisfies Delivered);
  process.exit();
}

const [phase, url, ...numbers] = process.argv.slice(2);
if (phase === 'serve') await serveUntilTold(url!);
else await run(url!, ...(numbers.map(Number) as [number, number, number]));

/** Run by sync.ts: `node sync-child PHASE ...` runs one phase and prints JSON. */
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { type Client, createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, real, text } from 'drizzle-orm/sqlite-core';
import { crrTable, withCrr } from '../src/index.js';
import { createSync, createSyncHandler } from '../src/sync/index.js';
import { peakMb } from './peak.js';

/** The result of a phase. */
export interface Outcome {
  readonly ms: number;
  /** CPU time of the process. */
  readonly cpuMs: number;
  readonly peakMb: number;
  readonly rows?: number;
  readonly pushed?: number;
  readonly pulled?: number;
  readonly requests?: number;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
}

/** In MB: peak RSS, peak of JS heap plus external memory, RSS before the first request. */
export interface HandlerMemory {
  readonly peakMb: number;
  readonly heapMb: number;
  readonly idleMb: number;
}

const ROWS_PER_INSERT = 500;
const INSERTS_PER_BATCH = 8;
const ROWS_PER_BATCH = ROWS_PER_INSERT * INSERTS_PER_BATCH;

const places = crrTable('places', {
  id: text('id').primaryKey().notNull(),
  name: text('name'),
  country: text('country'),
  people: integer('people'),
  lat: real('lat'),
  lng: real('lng'),
});
const DDL =
  'CREATE TABLE places (id TEXT PRIMARY KEY NOT NULL, name TEXT, country TEXT, people INTEGER, lat REAL, lng REAL)';

async function open(url: string) {
  const client = createClient({ url });
  await client.execute(DDL.replace('TABLE', 'TABLE IF NOT EXISTS'));
  const db = withCrr(drizzle(client), { schema: { places } });
  await db.$crr.install();
  return { db, client };
}

type Row = [string, string, string, bigint, number, number];
const row = (i: number): Row => [
  `place-${i}-${(i * 2654435761) % 1_000_003}`,
  `Place number ${i}`,
  ['FR', 'DE', 'IN', 'BR'][i % 4]!,
  BigInt(i * 7),
  (i % 180) - 90 + 0.25,
  (i % 360) - 180 + 0.125,
];

async function insertPlain(client: Client, rows: readonly Row[], table = 'places') {
  const statements = [];
  for (let at = 0; at < rows.length; at += ROWS_PER_INSERT) {
    const some = rows.slice(at, at + ROWS_PER_INSERT);
    const values = some.map(() => '(?, ?, ?, ?, ?, ?)').join(', ');
    statements.push({ sql: `INSERT INTO ${table} VALUES ${values}`, args: some.flat() });
  }
  await client.batch(statements, 'write');
}

const phases: Record<string, (...args: string[]) => Promise<Partial<Outcome>>> = {
  /** Fills a CRR with local writes. */
  async fill(url, count) {
    const { client } = await open(url!);
    const rows = Number(count);
    for (let at = 0; at < rows; at += ROWS_PER_BATCH) {
      const some = Math.min(ROWS_PER_BATCH, rows - at);
      await insertPlain(
        client,
        Array.from({ length: some }, (_, i) => row(at + i)),
      );
    }
    return { rows };
  },

  /** Syncs until both sides have everything. */
  async sync(url, address) {
    const { db } = await open(url!);
    const { pushed, pulled, requests, bytesSent, bytesReceived } = await createSync({
      db,
      url: address!,
    }).sync();
    return { pushed, pulled, requests, bytesSent, bytesReceived };
  },

  /** Copies the plain table `places` of one database to `copy` of another, page by page. */
  async copy(from, to) {
    const [source, target] = [createClient({ url: from! }), createClient({ url: to! })];
    await target.execute(DDL.replace('places', 'copy'));
    let rows = 0;
    for (let last = ''; ; ) {
      const page = await source.execute({
        sql: `SELECT * FROM places WHERE id > ? ORDER BY id LIMIT ${ROWS_PER_BATCH}`,
        args: [last],
      });
      if (page.rows.length === 0) return { rows };
      const values = page.rows.map(
        (found) => Array.from(found as ArrayLike<unknown>) as unknown as Row,
      );
      await insertPlain(target, values, 'copy');
      rows += values.length;
      last = values.at(-1)![0];
    }
  },
};

const print = (value: unknown) => console.log(JSON.stringify(value));

async function serveUntilTold(url: string) {
  const { db } = await open(url);
  const handler = createSyncHandler({ db, public: true, onError: console.error });
  let heapMb = 0;
  const look = () => {
    const { heapUsed, external } = process.memoryUsage();
    heapMb = Math.max(heapMb, (heapUsed + external) / 2 ** 20);
  };
  const idleMb = peakMb();
  setInterval(look, 20);
  const server = serve({ fetch: handler, hostname: '127.0.0.1', port: 0 }, () =>
    print(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
  );
  process.stdin.resume();
  process.stdin.once('end', () => {
    print({ peakMb: peakMb(), heapMb, idleMb } satisfies HandlerMemory);
    process.exit();
  });
}

const [name, ...args] = process.argv.slice(2);
if (name === 'serve') await serveUntilTold(args[0]!);
else {
  const phase = phases[name ?? ''];
  if (phase === undefined) throw new Error(`there is no phase "${name}"`);
  const begin = performance.now();
  const cpu = process.cpuUsage();
  const outcome = await phase(...args);
  const { user, system } = process.cpuUsage(cpu);
  const cpuMs = (user + system) / 1e3;
  print({ ...outcome, ms: performance.now() - begin, cpuMs, peakMb: peakMb() } satisfies Outcome);
  process.exit();
}

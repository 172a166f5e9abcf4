/**
 * The events of a server and a client as metrics of OpenTelemetry. telemetry.ts is what an application copies; here the
 * meter adds numbers up in memory, so that there is something to see without a collector.
 */
import { createClient } from '@libsql/client';
import { crrTable, withCrr } from 'drizzle-crr';
import { createSync, createSyncHandler } from 'drizzle-crr/sync';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { text } from 'drizzle-orm/sqlite-core';
import { type Meter, recordEvents } from './telemetry.js';

const sums = new Map<string, number>();
const instrument =
  (name: string) =>
  (value: number, attributes = {}) => {
    const key = [name, ...Object.values(attributes)].join(' ');
    sums.set(key, (sums.get(key) ?? 0) + value);
  };
const meter: Meter = {
  createCounter: (name) => ({ add: instrument(name) }),
  // Of a histogram, this counts the values: durations are never the same twice.
  createHistogram: (name) => ({ record: (_, attributes) => instrument(name)(1, attributes) }),
};
const onEvent = recordEvents(meter);

const notes = crrTable('notes', { id: text('id').primaryKey().notNull(), title: text('title') });
async function open() {
  const db = withCrr(drizzle(createClient({ url: ':memory:' })), { schema: { notes }, onEvent });
  await db.run(sql`CREATE TABLE notes (id TEXT PRIMARY KEY NOT NULL, title TEXT)`);
  await db.$crr.install();
  return db;
}
const [server, laptop] = [await open(), await open()];
const handler = createSyncHandler({ db: server, public: true, onEvent });
let isDown = true;
const sync = createSync({
  db: laptop,
  fetch: async (request) => {
    if (!isDown) return handler(request);
    isDown = false;
    return new Response(null, { status: 503 });
  },
  retry: { baseMs: 10 },
  onEvent,
});

await laptop.insert(notes).values([{ id: 'a', title: 'write' }, { id: 'b' }]);
await server.insert(notes).values({ id: 'c', title: 'read' });
await sync.sync();

for (const [name, sum] of [...sums].sort()) console.log(`${name.padEnd(42)}${sum}`);
const retries = sums.get('crr.recoveries sync-retry 503');
console.log(`3 rows were merged; the client sent its request again ${retries} time.`);

import { createClient } from '@libsql/client';
import { withCrr } from 'drizzle-crr';
import { createSync } from 'drizzle-crr/sync';
import { drizzle } from 'drizzle-orm/libsql';
import * as schema from '../turso-edge/schema.js';
import { startServer } from './server.js';

const server = await startServer(':memory:');
console.log(`serving at ${server.url}`);
const device = async () => {
  const client = createClient({ url: ':memory:' });
  await client.execute(schema.TODOS_DDL);
  const db = withCrr(drizzle(client), { schema });
  await db.$crr.install();
  return { db, sync: createSync({ db, url: server.url }) };
};
const [a, b] = [await device(), await device()];
a.sync.start();
b.sync.start();
const begin = performance.now();
await a.db.insert(schema.todos).values({ id: '1', owner: 'ann', title: 'live' });
while ((await b.db.select().from(schema.todos)).length === 0) {
  await new Promise((resolve) => setTimeout(resolve, 5));
}
console.log(`the other client had it after ${Math.round(performance.now() - begin)} ms`);
await Promise.all([a.sync.stop(), b.sync.stop()]);
await server.stop();

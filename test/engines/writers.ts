/** One of several processes that write to a file: prints how many rows it was told are stored. */
import { drizzle } from 'drizzle-orm/libsql';
import { text } from 'drizzle-orm/sqlite-core';
import { crrTable, withCrr } from '../../src/index.js';
import { openClient } from '../support/client.js';

const [url, name, ms] = process.argv.slice(2) as [string, string, string];
const t = crrTable('t', { id: text('id').primaryKey().notNull(), v: text('v') });
const db = withCrr(drizzle(openClient({ url })), { schema: { t }, busyTimeout: 20_000 });
const end = Date.now() + Number(ms);
let acknowledged = 0;
for (let i = 0; Date.now() < end; i++) {
  const row = { id: `${name}-${i}`, v: 'x' };
  if (i % 3 === 0) await db.transaction((tx) => tx.insert(t).values(row));
  else if (i % 3 === 1) await db.insert(t).values(row);
  else await db.batch([db.insert(t).values(row)]);
  acknowledged++;
  await new Promise((resolve) => setTimeout(resolve, 1));
}
console.log(acknowledged);

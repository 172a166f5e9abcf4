/**
 * A process that writes to a file that others write to as well: `one-file-process.ts <file> <name> <transactions>`.
 * Some transactions merge what another site has made. It prints the keys of each transaction once it is committed.
 */
import { drizzle } from 'drizzle-orm/libsql';
import { withCrr } from '../../src/index.js';
import { logs, madeElsewhere, openClientOn } from './one-file.js';

const [path, name, count] = process.argv.slice(2) as [string, string, string];
const db = withCrr(drizzle({ client: openClientOn(path) }), { schema: { logs } });
for (let i = 0; i < Number(count); i++) {
  const keys = [`${name} ${i} a`, `${name} ${i} b`];
  if (i % 4 === 3) await db.$crr.apply(madeElsewhere(name, i, keys));
  else await db.transaction((tx) => tx.insert(logs).values(keys.map((id) => ({ id, body: name }))));
  console.log(JSON.stringify(keys));
}

/** A process that drafts and merges rows until it is killed: `draft-process.ts <file>`. */

import { drizzle } from 'drizzle-orm/libsql';
import { withCrr } from '../../src/index.js';
import { openClientOn } from '../database/one-file.js';
import { notes, schema } from './world.js';

const [path, first] = process.argv.slice(2) as [string, string];
const db = withCrr(drizzle({ client: openClientOn(path) }), { schema });
const draft = await db.$crr.draft('d');
for (let i = Number(first); ; i++) {
  await draft.transaction((tx) =>
    tx.insert(notes).values([`x${i}`, `y${i}`].map((id) => ({ id }))),
  );
  console.log(JSON.stringify({ drafted: i }));
  await draft.merge({ review: await draft.review() });
  console.log(JSON.stringify({ merged: i }));
}

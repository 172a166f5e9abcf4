/** A process that types into a document until it is killed: `typist.mjs <url> <first>`. It reports each word that is saved. */
import { writeSync } from 'node:fs';
import { drizzle } from 'drizzle-orm/libsql';
import { withCrr } from '../../src/index.js';
import { yText } from '../../src/yjs/index.js';
import { openClient } from '../support/client.js';
import { notes, wordOf } from './typed.js';

const [url, first] = process.argv.slice(2);
const db = withCrr(drizzle({ client: openClient({ url: url! }) }), { schema: { notes } });
const doc = await db.$crr.document(notes, { id: 'a' }, 'body', yText());
for (let n = Number(first); ; n++) {
  doc.editor.text.insert(doc.editor.text.length, wordOf(n));
  await doc.save();
  writeSync(1, `${n}\n`);
}

/**
 * What a collaborative text costs: `npx tsx bench/text.ts [edits]`. The edits are made up, from a seed: characters typed one
 * after another, with corrections and jumps, in the proportions of the recorded session B4 of crdt-benchmarks (70 % insertions, 30 %
 * deletions), which is not in the registry.
 */
import { rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { text } from 'drizzle-orm/sqlite-core';
import * as Y from 'yjs';
import { collaborativeText, crrTable, withCrr } from '../src/index.js';
import { Random } from '../src/testing/random.js';
import { yText } from '../src/yjs/index.js';

const EDITS = Number(process.argv[2] ?? 20_000);
const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  body: collaborativeText('body', yText()),
});
const ms = (from: number) => performance.now() - from;

/** A place to insert a character at, or to delete the one before. */
function* typing(random: Random, edits: number): Generator<{ at: number; insert?: string }> {
  let length = 0;
  let at = 0;
  for (let i = 0; i < edits; i++) {
    if (random.chance(0.01)) at = random.int(length + 1);
    if (at > 0 && random.chance(0.3)) {
      at--;
      length--;
      yield { at };
    } else {
      yield { at, insert: 'etaoin shrdlu'[random.int(13)]! };
      at++;
      length++;
    }
  }
}

async function open(file: string) {
  const client = createClient({ url: `file:${file}` });
  await client.execute('PRAGMA journal_mode = WAL');
  await client.execute(
    'CREATE TABLE IF NOT EXISTS notes (id text PRIMARY KEY NOT NULL, body text)',
  );
  const db = withCrr(drizzle(client), { schema: { notes } });
  await db.$crr.install();
  return { client, db };
}

const file = join(tmpdir(), `drizzle-crr-text-${process.pid}.db`);
try {
  const { client, db } = await open(file);
  await db.insert(notes).values({ id: 'a' });
  const doc = await db.$crr.document(notes, { id: 'a' }, 'body', yText());
  const saves: number[] = [];
  for (const { at, insert } of typing(new Random(1), EDITS)) {
    if (insert === undefined) doc.editor.text.delete(at, 1);
    else doc.editor.text.insert(at, insert);
    const began = performance.now();
    await doc.save();
    saves.push(ms(began));
  }
  saves.sort((x, y) => x - y);
  const snapshot = Y.encodeStateAsUpdateV2(doc.editor.doc).length;
  const plain = doc.toString().length;
  await doc.close();
  const [cells] = (
    await client.execute(
      'SELECT count(*) AS n, sum(length(value)) AS bytes, sum(CASE WHEN version % 2 THEN length(value) ELSE 0 END) AS baseline FROM notes__crr_cell WHERE site <> 0',
    )
  ).rows;
  await client.execute('VACUUM');
  await client.execute('PRAGMA wal_checkpoint(TRUNCATE)');
  client.close();
  const fileSize = statSync(file).size;
  const began = performance.now();
  const again = await open(file);
  const openedDatabase = performance.now();
  const reopened = await again.db.$crr.document(notes, { id: 'a' }, 'body', yText());
  const opened = ms(openedDatabase);
  await reopened.close();

  const many = Array.from({ length: 10_000 }, (_, i) => ({ id: `n${i}`, body: 'x'.repeat(2_000) }));
  for (let i = 0; i < many.length; i += 500) {
    await again.db.insert(notes).values(many.slice(i, i + 500));
  }
  const listing = performance.now();
  await again.db.select({ id: notes.id }).from(notes);
  const listed = ms(listing);
  console.table({
    edits: EDITS,
    'characters at the end': plain,
    'Yjs V2 snapshot, bytes': snapshot,
    'baseline, bytes': Number(cells!.baseline),
    'baseline / snapshot': (Number(cells!.baseline) / snapshot).toFixed(2),
    'all updates stored, bytes': Number(cells!.bytes),
    'all / snapshot': (Number(cells!.bytes) / snapshot).toFixed(2),
    'updates beside the baseline': Number(cells!.n) - 1,
    'file with the document alone, bytes': fileSize,
    'a save, median ms': saves[saves.length >> 1]!.toFixed(2),
    'a save, 99th percentile ms': saves[Math.floor(saves.length * 0.99)]!.toFixed(2),
    'opening the database, ms': (openedDatabase - began).toFixed(0),
    'opening the document, ms': opened.toFixed(0),
    'listing 10,000 documents of 2 kB, ms': listed.toFixed(0),
  });
  again.client.close();
} finally {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
}

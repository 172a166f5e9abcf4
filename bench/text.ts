/**
 * What a collaborative text costs: `npx tsx bench/text.ts [edits] [trace] [edits per save] [codec]`. The codec is yjs or loro.
 * Without a trace, or with `-`, the edits are made up, from a seed: characters typed one after another, with corrections and
 * jumps. A trace is a recorded session in the form of github.com/josephg/editing-traces:
 * sequential_traces/automerge-paper.json.gz there is B4 of crdt-benchmarks.
 */
import { readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { text } from 'drizzle-orm/sqlite-core';
import * as Y from 'yjs';
import { collaborativeText, crrTable, type TextCodec, withCrr } from '../src/index.js';
import { type LoroEditor, loroText } from '../src/loro/index.js';
import { Random } from '../src/testing/random.js';
import { type YText, yText } from '../src/yjs/index.js';

const EDITS = Number(process.argv[2] ?? 20_000);
const TRACE = process.argv[3] === '-' ? undefined : process.argv[3];
const PER_SAVE = Number(process.argv[4] ?? 1);
const IS_LORO = process.argv[5] === 'loro';
/** Both libraries insert and delete in the same way. */
const CODEC = (IS_LORO ? loroText() : yText()) as TextCodec<YText | LoroEditor>;
const wholeOf = ({ doc }: YText | LoroEditor): Uint8Array =>
  doc instanceof Y.Doc ? Y.encodeStateAsUpdateV2(doc) : doc.export({ mode: 'snapshot' });
const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  body: collaborativeText('body', CODEC),
});
const ms = (from: number) => performance.now() - from;

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

function* typing(random: Random, edits: number): Generator<Edit> {
  let length = 0;
  let at = 0;
  for (let i = 0; i < edits; i++) {
    if (random.chance(0.01)) at = random.int(length + 1);
    if (at > 0 && random.chance(0.3)) {
      at--;
      length--;
      yield { at, remove: 1, insert: '' };
    } else {
      yield { at, remove: 0, insert: 'etaoin shrdlu'[random.int(13)]! };
      at++;
      length++;
    }
  }
}

function* recorded(file: string, edits: number): Generator<Edit> {
  const { txns } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as {
    txns: { patches: [number, number, string][] }[];
  };
  const patches = txns.flatMap((txn) => txn.patches).slice(0, edits);
  for (const [at, remove, insert] of patches) yield { at, remove, insert };
}

/** Of somebody who types a character at the end, as somebody does who has typed there before. */
function updateOfOne(text: string): number {
  const open = CODEC.open([CODEC.seed(text, 0x9e3779b9)], 0x85ebca6b);
  open.replace([{ at: text.length, remove: 0, insert: 'a' }]);
  open.takeUpdate();
  open.replace([{ at: text.length + 1, remove: 0, insert: 'b' }]);
  return open.takeUpdate()!.length;
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
  const doc = await db.$crr.document(notes, { id: 'a' }, 'body', CODEC);
  await client.execute('CREATE TABLE plain (id integer PRIMARY KEY, body text)');
  await client.execute("INSERT INTO plain VALUES (1, '')");
  /** The least that a save can take: the text in a plain table, in a transaction of its own. */
  const floor: number[] = [];
  let [cpu, floorCpu] = [0, 0];
  const cpuMs = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  };
  const writePlain = (body: string) =>
    client.batch([{ sql: 'UPDATE plain SET body = ? WHERE id = 1', args: [body] }], 'write');
  const saves: number[] = [];
  let made = 0;
  const source = TRACE === undefined ? typing(new Random(1), EDITS) : recorded(TRACE, EDITS);
  for (const { at, remove, insert } of source) {
    if (remove > 0) doc.editor.text.delete(at, remove);
    if (insert !== '') doc.editor.text.insert(at, insert);
    if (++made % PER_SAVE > 0) continue;
    const [began, cpuBefore] = [performance.now(), cpuMs()];
    await doc.save();
    saves.push(ms(began));
    cpu += cpuMs() - cpuBefore;
    const body = doc.toString();
    const [floorBegan, floorBefore] = [performance.now(), cpuMs()];
    await writePlain(body);
    floor.push(ms(floorBegan));
    floorCpu += cpuMs() - floorBefore;
  }
  for (const times of [saves, floor]) times.sort((x, y) => x - y);
  const snapshot = wholeOf(doc.editor).length;
  const plain = doc.toString().length;
  const typed = updateOfOne(doc.toString());
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
  const reopened = await again.db.$crr.document(notes, { id: 'a' }, 'body', CODEC);
  const opened = ms(openedDatabase);
  await reopened.close();

  const many = Array.from({ length: TRACE === undefined ? 10_000 : 0 }, (_, i) => ({
    id: `n${i}`,
    body: 'x'.repeat(2_000),
  }));
  for (let i = 0; i < many.length; i += 500) {
    await again.db.insert(notes).values(many.slice(i, i + 500));
  }
  const listing = performance.now();
  await again.db.select({ id: notes.id }).from(notes);
  const listed = ms(listing);
  console.table({
    edits: made,
    saves: saves.length,
    'characters at the end': plain,
    'snapshot of the library, bytes': snapshot,
    'an update of one character, bytes': typed,
    'baseline, bytes': Number(cells!.baseline),
    'baseline / snapshot': (Number(cells!.baseline) / snapshot).toFixed(2),
    'all updates stored, bytes': Number(cells!.bytes),
    'all / snapshot': (Number(cells!.bytes) / snapshot).toFixed(2),
    'updates beside the baseline': Number(cells!.n) - 1,
    'file with the document alone, bytes': fileSize,
    'a save, median ms': saves[saves.length >> 1]!.toFixed(2),
    'a save, 99th percentile ms': saves[Math.floor(saves.length * 0.99)]!.toFixed(2),
    'a save, CPU ms': (cpu / saves.length).toFixed(2),
    'a plain UPDATE of the same text, median ms': floor[floor.length >> 1]!.toFixed(2),
    'a plain UPDATE of the same text, CPU ms': (floorCpu / saves.length).toFixed(2),
    'opening the database, ms': (openedDatabase - began).toFixed(0),
    'opening the document, ms': opened.toFixed(0),
    ...(TRACE === undefined && { 'listing 10,000 documents of 2 kB, ms': listed.toFixed(0) }),
  });
  again.client.close();
} finally {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
}

/** Bytes that no honest site has sent, and documents that cannot be shown: they hurt nobody but themselves. */
import { text } from 'drizzle-orm/sqlite-core';
import { beforeEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { type Change, collaborativeText, crrTable } from '../../src/index.js';
import { V1, V2, withFormat } from '../../src/yjs/format.js';
import { yText } from '../../src/yjs/index.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { exchange, openSite } from '../support/site.js';

const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  body: collaborativeText('body', yText()),
});
const withoutCodec = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  body: collaborativeText('body'),
});
const open = () => openSite({ notes });
type Site = Awaited<ReturnType<typeof open>>;
const documentOf = (site: Site, id = 'a') => site.$crr.document(notes, { id }, 'body', yText());
const bodiesOf = async (site: Pick<Site, 'select'>) =>
  Object.fromEntries((await site.select().from(notes)).map(({ id, body }) => [id, body]));

let a: Site;
let b: Site;
/** An update of an honest site. */
let honest: Change;

beforeEach(async () => {
  [a, b] = [await open(), await open()];
  await a.insert(notes).values({ id: 'a', body: 'safe' });
  const doc = await documentOf(a);
  doc.editor.text.insert(4, '!');
  await doc.close();
  const { changes } = await a.$crr.changes();
  honest = changes.find(({ val }) => val instanceof Uint8Array)!;
  await b.$crr.apply(changes);
});

const MALLORY = new Uint8Array(16).fill(7);
const forged = (val: Change['val'], more: Partial<Change> = {}): Change[] => [
  { ...honest, val, site_id: MALLORY, ...more },
];

const varUint = (n: number): number[] =>
  n < 128 ? [n] : [(n % 128) | 128, ...varUint(Math.floor(n / 128))];
/** An update with one struct. */
const struct = (client: number, clock: number, ...content: number[]) =>
  new Uint8Array([V1, 1, 1, ...varUint(client), ...varUint(clock), ...content, 0]);
const GC = 0;
const STRING_AFTER_ORIGIN = 0x80 | 4;

function embed(value: object): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('text').insertEmbed(0, value);
  return withFormat(V1, Y.encodeStateAsUpdate(doc));
}

const nested = (levels: number): object => (levels === 0 ? {} : { in: nested(levels - 1) });

const BAD: Readonly<Record<string, Uint8Array | string | null>> = {
  'bytes that are none of the format': new Uint8Array([1, 255, 255, 255, 255, 15, 9, 9]),
  'no bytes': new Uint8Array(),
  'another format': new Uint8Array([9, ...new Uint8Array(20)]),
  'a text': 'plain',
  nothing: null,
  'few bytes that promise millions of structs': new Uint8Array(
    Buffer.from('020000010700000100010000000541fed9c4090180dac4090000', 'hex'),
  ),
  'a clock beyond what anybody types': struct(7, 2 ** 50, GC, 1),
  'a struct of no length': struct(7, 0, GC, 0),
  'a client that is no number of 32 bits': struct(2 ** 40, 0, GC, 1),
  'a struct that refers to itself': struct(7, 0, STRING_AFTER_ORIGIN, 7, 0, 1, 65),
  'an embed that is nested without end': embed(nested(1_000)),
  'an update of more than 16 MiB': new Uint8Array(2 ** 24 + 1),
};

test('what is no update is refused, and the database is as it was', async () => {
  const before = await b.$crr.version();
  for (const [label, val] of Object.entries(BAD)) {
    await expect(b.$crr.apply(forged(val)), label).rejects.toMatchObject({
      code: 'CRR_CHANGE_VALUE',
      index: 0,
    });
  }
  expect(await b.$crr.version()).toBe(before);
  expect(await bodiesOf(b)).toEqual({ a: 'safe!' });
});

test('an embed of some levels, and one of many structs, are honest', async () => {
  await b.$crr.apply(forged(embed(nested(20))));
  const doc = new Y.Doc();
  doc.clientID = 8;
  // Each before the one before: Yjs keeps them apart, deleted as well, and the second encoding needs no byte for them.
  doc.transact(() => {
    for (let i = 0; i < 34_000; i++) doc.getText('text').insert(0, 'x');
  });
  doc.getText('text').delete(0, 34_000);
  const codec = yText();
  expect(codec.isUpdate(withFormat(V2, Y.encodeStateAsUpdateV2(doc)))).toBe(false);
  const document = codec.open([withFormat(V1, Y.encodeStateAsUpdate(doc))], 8);
  document.editor.text.insert(0, 'still');
  const compact = document.compact([document.takeUpdate()!]);
  expect(codec.isUpdate(compact)).toBe(true);
  expect(codec.open([compact], 9).text()).toBe('still');
});

test('no damaged update stops Yjs', () => {
  const random = new Random(hash('damaged updates', seedFromEnv()));
  const inputs = 2 * numberFromEnv('CRR_HISTORIES', 200);
  const before = new Y.Doc();
  before.getText('text').insert(0, 'hello world');
  before.getText('text').format(0, 5, { bold: true });
  const state = Y.encodeStateAsUpdate(before);
  const after = new Y.Doc();
  Y.applyUpdate(after, state);
  const known = Y.encodeStateVector(after);
  after.getText('text').insert(4, 'xyz', { link: 'a' });
  after.getText('text').delete(0, 2);
  after.getText('text').format(2, 6, { bold: null });
  after.getText('text').insertEmbed(1, { image: 'z' });
  const updates = [
    withFormat(V1, Y.encodeStateAsUpdate(after, known)),
    withFormat(V2, Y.encodeStateAsUpdateV2(after, known)),
  ];
  const codec = yText();
  let sound = 0;
  for (let i = 0; i < inputs; i++) {
    const update = random.pick(updates).slice();
    for (let n = random.int(3); n >= 0; n--) {
      update[1 + random.int(update.length - 1)] = random.int(256);
    }
    if (!codec.isUpdate(update)) continue;
    sound++;
    const open = codec.open([withFormat(V1, state)], 5);
    open.apply([update]);
    open.editor.text.toDelta();
    open.editor.text.insert(0, 'q');
    open.editor.text.delete(0, open.editor.text.length);
    expect(codec.isUpdate(open.compact([update, open.takeUpdate()!]))).toBe(true);
  }
  expect(sound).toBeGreaterThan(inputs / 20);
});

test('what a site without the codec has let through is left out of the document', async () => {
  const relay = await openSite({ notes: withoutCodec });
  await exchange(a, relay as never);
  for (const [i, val] of [struct(7, 0, GC, 0), new Uint8Array(2 ** 20).fill(255)].entries()) {
    await relay.$crr.apply(forged(val, { col_version: honest.col_version + 2 * i }));
  }
  const site = await openSite({ notes }, relay.$client, { ddl: [] });
  const doc = await documentOf(site);
  expect(doc.toString()).toBe('safe!');
  doc.editor.text.insert(0, 'still ');
  await doc.close();
  expect(await bodiesOf(site)).toEqual({ a: 'still safe!' });
  expect((await site.$crr.verify()).findings).toEqual([]);
});

test('garbage in a document that nobody has begun takes no text away', async () => {
  await a.insert(notes).values({ id: 'n', body: 'plain' });
  const relay = await openSite({ notes: withoutCodec });
  await exchange(a, relay as never);
  const pk = (await a.$crr.changes()).changes.find(({ val }) => val === 'plain')!.pk;
  const open = await documentOf(a, 'n');
  await relay.$crr.apply(forged(new Uint8Array([1, 2, 3]), { pk }));
  const site = await openSite({ notes }, relay.$client, { ddl: [] });
  const doc = await documentOf(site, 'n');
  expect(doc.toString()).toBe('plain');
  await site.update(notes).set({ body: 'plain text' });
  await doc.refresh();
  expect(doc.toString()).toBe('plain text');
  await doc.close();
  await open.close();
  await site.$crr.changes();
});

test('a full writer id is left for another one', async () => {
  const codec = yText();
  const doc = codec.open([struct(7, 0, GC, ...varUint(2 ** 39))], 7);
  doc.editor.text.insert(0, 'x');
  const update = doc.takeUpdate()!;
  expect(codec.isUpdate(update)).toBe(true);
  expect(codec.open([update], 1).text()).toBe('x');
});

test('a text that a CHECK rejects stops no other document, and can be made shorter', async () => {
  const short = crrTable('notes', {
    id: text('id').primaryKey().notNull(),
    body: collaborativeText('body', yText()),
  });
  const reported = vi.spyOn(console, 'error').mockImplementation(() => {});
  const ddl =
    'CREATE TABLE notes (id TEXT PRIMARY KEY NOT NULL, body TEXT CHECK (length(body) < 10))';
  const checked = await openSite({ notes: short }, undefined, { ddl });
  await a.insert(notes).values({ id: 'z', body: 'other' });
  await exchange(a, checked);
  const [one, two] = [await documentOf(a), await documentOf(a, 'z')];
  one.editor.text.insert(0, 'too long: ');
  two.editor.text.insert(0, 'an');
  await one.close();
  await two.close();
  await checked.$crr.apply(await a.$crr.changes());
  expect(await bodiesOf(checked)).toEqual({ a: 'safe!', z: 'another' });
  expect(reported.mock.calls).toHaveLength(1);
  const doc = await checked.$crr.document(short, { id: 'a' }, 'body', yText());
  expect(doc.toString()).toBe('too long: safe!');
  doc.editor.text.insert(0, '!');
  await expect(doc.save()).rejects.toThrow(/CHECK/);
  doc.editor.text.delete(0, 11);
  await doc.close();
  expect(await bodiesOf(checked)).toEqual({ a: 'safe!', z: 'another' });
  reported.mockRestore();
});

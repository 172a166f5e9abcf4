/** Columns of blocks: two sites, writes by SQL, and what an update of another codec is to them. */
import { text } from 'drizzle-orm/sqlite-core';
import { beforeEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { type Change, collaborativeText, crrTable, type DocumentMerge } from '../../src/index.js';
import { V1, V2, withFormat } from '../../src/yjs/format.js';
import { yText, yXml } from '../../src/yjs/index.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { exchange, openSite } from '../support/site.js';

const pages = crrTable('pages', {
  id: text('id').primaryKey().notNull(),
  body: collaborativeText('body', yXml()),
});
const plainPages = crrTable('pages', {
  id: text('id').primaryKey().notNull(),
  body: collaborativeText('body'),
});
const open = () => openSite({ pages });
type Site = Awaited<ReturnType<typeof open>>;
const documentOf = (site: Site) => site.$crr.document(pages, { id: 'a' }, 'body', yXml());
const bodyOf = async (site: Site) => (await site.select().from(pages))[0]?.body;
const textAt = (fragment: Y.XmlFragment, index: number) =>
  (fragment.get(index) as Y.XmlElement).get(0) as Y.XmlText;

let a: Site;
let b: Site;

beforeEach(async () => {
  [a, b] = [await open(), await open()];
  await a.insert(pages).values({ id: 'a', body: 'Title\nfirst\n\nlast' });
  await exchange(a, b);
});

test('lines of a plain text become paragraphs, with the same bytes on each site', async () => {
  const [docA, docB] = [await documentOf(a), await documentOf(b)];
  expect(docA.editor.fragment.toString()).toBe(
    '<paragraph>Title</paragraph><paragraph>first</paragraph><paragraph></paragraph><paragraph>last</paragraph>',
  );
  textAt(docA.editor.fragment, 1).insert(5, ' line');
  docB.editor.doc.transact(() => {
    const item = new Y.XmlElement('paragraph');
    item.insert(0, [new Y.XmlText('new')]);
    docB.editor.fragment.insert(2, [item]);
  });
  await Promise.all([docA.close(), docB.close()]);
  await exchange(a, b);
  for (const site of [a, b]) {
    expect(await bodyOf(site)).toBe('Title\nfirst line\nnew\n\nlast');
    expect((await site.$crr.verify()).findings).toEqual([]);
  }
  expect(yXml().seed('x\n\ny', 7)).toEqual(yXml().seed('x\n\ny', 7));
});

test('a write by SQL changes the lines that it has changed, and others keep their marks', async () => {
  const doc = await documentOf(a);
  textAt(doc.editor.fragment, 0).format(0, 5, { bold: true });
  await doc.save();
  await exchange(a, b);
  const other = await documentOf(b);
  textAt(other.editor.fragment, 3).insert(4, ' of all');
  await other.close();
  await a.update(pages).set({ body: 'Title\nfirst, and second\nthird\n\nlast' });
  await exchange(a, b);
  await exchange(a, b);
  for (const site of [a, b]) {
    expect(await bodyOf(site)).toBe('Title\nfirst, and second\nthird\n\nlast of all');
  }
  expect(doc.editor.fragment.toString()).toBe(
    '<paragraph><bold>Title</bold></paragraph><paragraph>first, and second</paragraph><paragraph>third</paragraph><paragraph></paragraph><paragraph>last of all</paragraph>',
  );
  await doc.close();
});

test('a merge is told with the texts of both sides', async () => {
  const [mine, theirs] = [await documentOf(a), await documentOf(b)];
  const merges: DocumentMerge[] = [];
  mine.on('merge', (merge) => merges.push(merge));
  textAt(mine.editor.fragment, 0).insert(5, '!');
  theirs.editor.fragment.delete(1, 2);
  await theirs.close();
  await exchange(a, b);
  expect(merges).toEqual([
    {
      base: 'Title\nfirst\n\nlast',
      mine: 'Title!\nfirst\n\nlast',
      theirs: 'Title\nlast',
      merged: 'Title!\nlast',
    },
  ]);
  await mine.close();
});

test('what somebody types into a paragraph that another one removes goes with it', async () => {
  const [mine, theirs] = [await documentOf(a), await documentOf(b)];
  textAt(mine.editor.fragment, 1).insert(5, ' words');
  theirs.editor.fragment.delete(1, 1);
  await Promise.all([mine.close(), theirs.close()]);
  await exchange(a, b);
  for (const site of [a, b]) expect(await bodyOf(site)).toBe('Title\n\nlast');
});

test('another beginning leaves no empty line behind', async () => {
  const mine = await documentOf(a);
  textAt(mine.editor.fragment, 3).insert(4, ' one');
  // Written without the codec, it is no edit of the text before.
  const plain = await openSite({ pages: plainPages });
  await plain.$crr.apply(await b.$crr.changes());
  await plain.update(plainPages).set({ body: 'Title\nfirst\nlast' });
  await b.$crr.apply(await plain.$crr.changes());
  const theirs = await documentOf(b);
  textAt(theirs.editor.fragment, 0).insert(0, '# ');
  await theirs.close();
  await a.$crr.apply(await b.$crr.changes());
  expect(mine.toString()).toBe('# Title\nfirst\nlast one');
  await mine.close();
  await exchange(a, b);
  for (const site of [a, b]) expect(await bodyOf(site)).toBe('# Title\nfirst\nlast one');
});

test('updates of a text are none of a document of blocks, nor the other way around', async () => {
  const texts = crrTable('pages', {
    id: text('id').primaryKey().notNull(),
    body: collaborativeText('body', yText()),
  });
  const other = await openSite({ pages: texts });
  await exchange(a, other as never);
  const doc = await other.$crr.document(texts, { id: 'a' }, 'body', yText());
  doc.editor.text.insert(0, 'x');
  await doc.close();
  const wrong = { code: 'CRR_CHANGE_VALUE' };
  await expect(a.$crr.apply(await other.$crr.changes())).rejects.toMatchObject(wrong);
  const page = await documentOf(a);
  textAt(page.editor.fragment, 0).insert(0, 'y');
  await page.close();
  await expect(other.$crr.apply(await a.$crr.changes())).rejects.toMatchObject(wrong);
  expect(await bodyOf(a)).toBe('yTitle\nfirst\n\nlast');
});

/** What another client has sent. */
const forged = (like: readonly Change[], doc: Y.Doc): Change[] => [
  {
    ...like.find(({ val }) => val instanceof Uint8Array)!,
    val: withFormat(V1, Y.encodeStateAsUpdate(doc)),
    site_id: new Uint8Array(16).fill(7),
  },
];

test('what no editor has put into a document is an object or nothing, and can be deleted', async () => {
  const page = await documentOf(a);
  textAt(page.editor.fragment, 0).insert(0, 'y');
  await page.save();
  const doc = new Y.Doc();
  const fragment = doc.getXmlFragment('xml') as unknown as Y.Array<unknown>;
  const block = new Y.XmlElement('paragraph') as unknown as Y.Array<unknown>;
  fragment.insert(0, [new Y.Map(), { a: 1 }, 'text', block]);
  block.insert(0, [new Y.Array(), 5, new Y.XmlText('end') as never]);
  (doc.getXmlFragment('xml') as Y.XmlFragment).insert(0, [new Y.XmlText('at the root')]);
  await a.$crr.apply(forged((await a.$crr.changes()).changes, doc));
  expect(page.toString()).toMatch(/at the root/);
  await page.close();
  await a.update(pages).set({ body: 'safe' });
  await expect.poll(() => bodyOf(a)).toBe('safe');
  const again = await documentOf(a);
  expect(again.toString()).toBe('safe');
  await again.close();
});

test('no damaged update of blocks stops Yjs', () => {
  const random = new Random(hash('damaged blocks', seedFromEnv()));
  const inputs = 2 * numberFromEnv('CRR_HISTORIES', 200);
  const codec = yXml();
  const document = codec.open([codec.seed('hello world\nsecond\nthird', 3)], 4);
  const { doc, fragment } = document.editor;
  const state = document.snapshot();
  const known = Y.encodeStateVector(doc);
  textAt(fragment, 0).insert(4, 'xyz', { link: 'a' });
  textAt(fragment, 1).delete(0, 2);
  fragment.insert(1, [new Y.XmlElement('image'), new Y.XmlElement('heading')]);
  (fragment.get(2) as Y.XmlElement).setAttribute('level', '2');
  (fragment.get(2) as Y.XmlElement).insert(0, [new Y.XmlText('title')]);
  fragment.delete(4, 1);
  const updates = [
    withFormat(V1, Y.encodeStateAsUpdate(doc, known)),
    withFormat(V2, Y.encodeStateAsUpdateV2(doc, known)),
  ];
  let sound = 0;
  for (let i = 0; i < inputs; i++) {
    const update = random.pick(updates).slice();
    for (let n = random.int(3); n >= 0; n--) {
      update[1 + random.int(update.length - 1)] = random.int(256);
    }
    if (!codec.isUpdate(update)) continue;
    sound++;
    const open = codec.open([state], 5);
    open.apply([update]);
    open.replace([{ at: 0, remove: 0, insert: 'q\n' }]);
    open.replace([{ at: 0, remove: open.text().length, insert: '' }]);
    expect(codec.isUpdate(open.compact([update, open.takeUpdate()!]))).toBe(true);
  }
  expect(sound).toBeGreaterThan(inputs / 20);
});

/**
 * What concurrent marks become: the cases of Peritext (Litt, Lim, Kleppmann, van Hardenberg, "Peritext: A CRDT for Collaborative
 * Rich Text Editing", 2022), with what Yjs gives.
 */
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { collaborativeText, crrTable } from '../../src/index.js';
import { type YText, yText } from '../../src/yjs/index.js';
import { exchange, openSite } from '../support/site.js';

const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  body: collaborativeText('body', yText()),
});
interface Part {
  readonly insert: string | object;
  readonly attributes?: object;
}
type Edit = (text: YText['text']) => void;
const bold = { bold: true };
const link = { link: 'https://example.org' };

const CASES: readonly {
  readonly title: string;
  readonly before?: Edit;
  readonly a: Edit;
  readonly b: Edit;
  readonly gives: readonly Part[];
  /** Of two edits at one place, the writer ids decide which comes first. */
  readonly orGives?: readonly Part[];
}[] = [
  {
    title: 'example 1: text inserted inside of a range that becomes bold is bold',
    a: (text) => text.format(0, 15, bold),
    b: (text) => text.insert(4, 'brown '),
    gives: [{ insert: 'The brown fox jumped.', attributes: bold }],
  },
  {
    title:
      'example 2, unlike the paper: two marks of one kind that overlap end where the first one ends',
    a: (text) => text.format(0, 7, bold),
    b: (text) => text.format(4, 11, bold),
    gives: [{ insert: 'The fox', attributes: bold }, { insert: ' jumped.' }],
  },
  {
    title: 'example 3: two marks of other kinds overlap',
    a: (text) => text.format(0, 7, bold),
    b: (text) => text.format(4, 11, { italic: true }),
    gives: [
      { insert: 'The ', attributes: bold },
      { insert: 'fox', attributes: { bold: true, italic: true } },
      { insert: ' jumped.', attributes: { italic: true } },
    ],
  },
  {
    title: 'text typed at the end of a range, while it becomes bold, is bold or not',
    a: (text) => text.format(4, 3, bold),
    b: (text) => text.insert(7, 'es'),
    gives: [{ insert: 'The ' }, { insert: 'fox', attributes: bold }, { insert: 'es jumped.' }],
    orGives: [{ insert: 'The ' }, { insert: 'foxes', attributes: bold }, { insert: ' jumped.' }],
  },
  {
    title: 'text typed before a range, while it becomes bold, is bold or not',
    a: (text) => text.format(4, 3, bold),
    b: (text) => text.insert(4, 'big '),
    gives: [{ insert: 'The big ' }, { insert: 'fox', attributes: bold }, { insert: ' jumped.' }],
    orGives: [{ insert: 'The ' }, { insert: 'big fox', attributes: bold }, { insert: ' jumped.' }],
  },
  {
    title: 'example 8: text typed at the end of what is bold already is bold',
    before: (text) => text.format(4, 3, bold),
    a: (text) => text.insert(7, 'es'),
    b: (text) => text.insert(0, '> '),
    gives: [{ insert: '> The ' }, { insert: 'foxes', attributes: bold }, { insert: ' jumped.' }],
  },
  {
    title: 'example 9, unlike the paper: text typed at the end of a link belongs to the link',
    before: (text) => text.format(4, 3, link),
    a: (text) => text.insert(7, 'es'),
    b: (text) => text.insert(0, '> '),
    gives: [{ insert: '> The ' }, { insert: 'foxes', attributes: link }, { insert: ' jumped.' }],
  },
  {
    title: 'of two links over the same words one stands, the same everywhere',
    a: (text) => text.format(4, 3, { link: 'a' }),
    b: (text) => text.format(4, 3, { link: 'a' }),
    gives: [
      { insert: 'The ' },
      { insert: 'fox', attributes: { link: 'a' } },
      { insert: ' jumped.' },
    ],
  },
  {
    title: 'a mark on words that somebody deletes goes with them',
    a: (text) => text.format(4, 3, bold),
    b: (text) => text.delete(3, 4),
    gives: [{ insert: 'The jumped.' }],
  },
  {
    title: 'an embed is an object in the text',
    a: (text) => text.insertEmbed(3, { image: 'a.png' }),
    b: (text) => text.delete(7, 8),
    gives: [{ insert: 'The' }, { insert: { image: 'a.png' } }, { insert: ' fox' }],
  },
];

test.each(CASES)('$title', async ({ before, a, b, gives, orGives }) => {
  const sites = [await openSite({ notes }), await openSite({ notes })] as const;
  await sites[0].insert(notes).values({ id: 'n', body: 'The fox jumped.' });
  const open = (site: (typeof sites)[number]) =>
    site.$crr.document(notes, { id: 'n' }, 'body', yText());
  if (before !== undefined) {
    const doc = await open(sites[0]);
    before(doc.editor.text);
    await doc.close();
  }
  await exchange(...sites);
  for (const [site, edit] of [
    [sites[0], a],
    [sites[1], b],
  ] as const) {
    const doc = await open(site);
    edit(doc.editor.text);
    await doc.close();
  }
  await exchange(...sites);
  const deltas: Part[][] = [];
  for (const site of sites) {
    const doc = await open(site);
    deltas.push(joined(doc.editor.text.toDelta()));
    await doc.close();
    const plain = deltas
      .at(-1)!
      .map(({ insert }) => (typeof insert === 'string' ? insert : '\ufffc'))
      .join('');
    expect((await site.select().from(notes))[0]!.body).toBe(plain);
  }
  expect(deltas[1]).toEqual(deltas[0]);
  expect([gives, orGives ?? gives]).toContainEqual(deltas[0]);
});

test('a merge of marks writes nothing, and edits after it are the same everywhere', async () => {
  const [a, b] = [await openSite({ notes }), await openSite({ notes })];
  await a.insert(notes).values({ id: 'a', body: 'x' });
  await exchange(a, b);
  const sites = [a, b];
  const documentOf = (site: typeof a) => site.$crr.document(notes, { id: 'a' }, 'body', yText());
  const docs = [await documentOf(a), await documentOf(b)];
  docs[0]!.editor.text.insert(1, 'abcdefgh');
  await docs[0]!.save();
  await exchange(a, b);
  docs[0]!.editor.text.format(0, 6, { bold: true });
  docs[1]!.editor.text.format(3, 6, { bold: true });
  for (const doc of docs) await doc.save();
  await exchange(a, b);
  for (const doc of docs) expect(doc.hasUnsaved).toBe(false);
  const versions = await Promise.all(sites.map((site) => site.$crr.version()));
  await exchange(a, b);
  await exchange(a, b);
  expect(await Promise.all(sites.map((site) => site.$crr.version()))).toEqual(versions);
  docs[0]!.editor.text.format(2, 5, { bold: null });
  for (const doc of docs) await doc.close();
  await exchange(a, b);
  const deltas = [];
  for (const site of sites) {
    const doc = await documentOf(site);
    deltas.push(doc.editor.text.toDelta());
    await doc.close();
  }
  expect(deltas[1]).toEqual(deltas[0]);
});

/** Neighbours with the same marks as one. */
function joined(parts: readonly Part[]): Part[] {
  const result: Part[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    const isSame = last && JSON.stringify(last.attributes) === JSON.stringify(part.attributes);
    if (isSame && typeof last.insert === 'string' && typeof part.insert === 'string') {
      result[result.length - 1] = { ...last, insert: last.insert + part.insert };
    } else result.push(part);
  }
  return result;
}

/** Who writes under which id, and what becomes of edits if two write under one. */
import { beforeEach, describe, expect, test } from 'vitest';
import { exchange, openSite } from '../support/site.js';
import { notesWith, SUBJECTS } from './codecs.js';

describe.each(SUBJECTS)('$name', ({ codec, writer, insert }) => {
  const notes = notesWith(codec);
  const open = () => openSite({ notes });
  type Site = Awaited<ReturnType<typeof open>>;
  const documentOf = (site: Site) => site.$crr.document(notes, { id: 'a' }, 'body', codec);
  const bodyOf = async (site: Site) => (await site.select().from(notes))[0]!.body;
  /** Another process that uses the same database. */
  const process = (site: Site) => openSite({ notes }, site.$client, { ddl: [] });
  /** An hour of silence. */
  const expireLanes = (site: Site) => site.$client.execute('UPDATE crr_editor SET until = 0');

  let a: Site;
  let b: Site;

  beforeEach(async () => {
    [a, b] = [await open(), await open()];
    await a.insert(notes).values({ id: 'a', body: 'x' });
    await exchange(a, b);
  });

  test('two processes with one writer id, equally many characters: the second one fails, for good', async () => {
    const mine = await documentOf(a);
    insert(mine.editor, 1, 'mine');
    await expireLanes(a);
    const other = await process(a);
    const theirs = await documentOf(other);
    insert(theirs.editor, 1, 'four');
    await theirs.close();
    const lost = { code: 'CRR_DATABASE_DOCUMENT_LOST' };
    await expect(mine.save()).rejects.toMatchObject(lost);
    await expect(mine.save()).rejects.toMatchObject(lost);
    await expect(mine.refresh()).rejects.toMatchObject(lost);
    const again = await documentOf(a);
    expect(again.toString()).toBe('xfour');
    insert(again.editor, 5, '!');
    await again.close();
    await expect(mine.close()).rejects.toMatchObject(lost);
    await exchange(a, b);
    expect(await bodyOf(b)).toBe('xfour!');
  });

  test('a document that is open while its site gets another id writes under that', async () => {
    const doc = await documentOf(a);
    insert(doc.editor, 0, '1');
    await doc.save();
    const before = writer(doc.editor);
    await a.$crr.rotateSiteId();
    insert(doc.editor, 0, '2');
    await doc.save();
    insert(doc.editor, 0, '3');
    expect(writer(doc.editor)).not.toBe(before);
    await doc.close();
    await exchange(a, b);
    expect(await bodyOf(b)).toBe('321x');
    expect(await bodyOf(a)).toBe('321x');
  });

  test('a save that was committed and failed all the same is not written twice', async () => {
    const doc = await documentOf(a);
    insert(doc.editor, 1, 'y');
    const { $client } = a;
    const batch = $client.batch.bind($client);
    // The first answer gets lost.
    $client.batch = async (...args: Parameters<typeof batch>) => {
      const result = await batch(...args);
      if (args[1] !== 'write') return result;
      $client.batch = batch;
      throw new Error('the answer was lost');
    };
    await doc.save();
    expect(doc.hasUnsaved).toBe(false);
    await doc.close();
    const { rows } = await $client.execute(
      'SELECT count(*) AS n FROM notes__crr_cell WHERE site > 0',
    );
    expect(Number(rows[0]!.n)).toBe(1);
    await exchange(a, b);
    expect(await bodyOf(b)).toBe('xy');
  });
});

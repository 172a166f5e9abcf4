/** Documents that are open while their row is deleted and created again. */
import { describe, expect, test } from 'vitest';
import { exchange, openSite } from '../support/site.js';
import { notesWith, SUBJECTS } from './codecs.js';

describe.each(SUBJECTS)('$name', ({ codec, insert, length }) => {
  const notes = notesWith(codec);
  const open = () => openSite({ notes });
  const documentOf = (site: Awaited<ReturnType<typeof open>>) =>
    site.$crr.document(notes, { id: 'a' }, 'body', codec);

  test('the column shows the new text, although somebody still has the former document', async () => {
    const [here, there] = [await open(), await open()];
    await here.insert(notes).values({ id: 'a', body: 'one' });
    await exchange(here, there);
    const former = await documentOf(here);

    await there.delete(notes);
    await there.insert(notes).values({ id: 'a', body: 'two' });
    const doc = await documentOf(there);
    insert(doc.editor, length(doc.editor), '!');
    await doc.close();
    await here.$crr.apply(await there.$crr.changes());
    expect(await here.select().from(notes)).toEqual([{ id: 'a', body: 'two!' }]);

    insert(former.editor, 0, 'lost');
    await expect(former.close()).rejects.toMatchObject({ code: 'CRR_DATABASE_NO_ROW' });
    expect(await here.select().from(notes)).toEqual([{ id: 'a', body: 'two!' }]);
  });
});

/** What applications learn of a merge. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { DocumentMerge } from '../../src/index.js';
import { exchange, openSite } from '../support/site.js';
import { notesWith, notesWithoutCodec, SUBJECTS } from './codecs.js';

describe.each(SUBJECTS)('$name', ({ codec, keepsTyped, insert, remove, length }) => {
  const notes = notesWith(codec);
  const open = () => openSite({ notes });
  type Site = Awaited<ReturnType<typeof open>>;
  const documentOf = (site: Site) => site.$crr.document(notes, { id: 'a' }, 'body', codec);

  let a: Site;
  let b: Site;

  beforeEach(async () => {
    [a, b] = [await open(), await open()];
    await a.insert(notes).values({ id: 'a', body: 'The quick fox' });
    await exchange(a, b);
  });

  /** Two documents that were edited before, and what the first one learns. */
  async function listening() {
    const [mine, theirs] = [await documentOf(a), await documentOf(b)];
    const merges: DocumentMerge[] = [];
    mine.on('merge', (merge) => merges.push(merge));
    return { mine, theirs, merges };
  }

  test('texts edited on both sides: base, mine, theirs and what became of them, each time', async () => {
    const { mine, theirs, merges } = await listening();
    insert(mine.editor, 10, 'brown ');
    remove(theirs.editor, 4, 6);
    await theirs.save();
    await exchange(a, b);
    expect(merges).toEqual([
      {
        base: 'The quick fox',
        mine: 'The quick brown fox',
        theirs: 'The fox',
        merged: 'The brown fox',
      },
    ]);
    await mine.save();
    await exchange(a, b);
    insert(mine.editor, 0, '> ');
    await mine.save();
    insert(theirs.editor, length(theirs.editor), ' jumps');
    await theirs.save();
    await exchange(a, b);
    expect(merges[1]).toEqual({
      base: 'The brown fox',
      mine: '> The brown fox',
      theirs: 'The brown fox jumps',
      merged: '> The brown fox jumps',
    });
    expect(merges).toHaveLength(2);
    await Promise.all([mine.close(), theirs.close()]);
  });

  test('nothing is told of edits of one side, or that followed those made here', async () => {
    const { mine, theirs, merges } = await listening();
    insert(theirs.editor, 0, '# ');
    await theirs.save();
    await exchange(a, b);
    insert(mine.editor, 2, 'brown ');
    await mine.save();
    await exchange(a, b);
    // Inside of what was typed here: they have it.
    insert(theirs.editor, 4, 'light');
    await theirs.save();
    await exchange(a, b);
    expect(mine.toString()).toBe('# brlightown The quick fox');
    expect(merges).toEqual([]);
    await Promise.all([mine.close(), theirs.close()]);
  });

  test('others who began with another text are told of as they are', async () => {
    const { mine, merges } = await listening();
    insert(mine.editor, 13, ' jumps');
    // Written without the codec, it is no edit of the text before.
    const plain = await openSite({ notes: notesWithoutCodec });
    await plain.$crr.apply(await b.$crr.changes());
    await plain.update(notesWithoutCodec).set({ body: 'The slow fox' });
    await b.$crr.apply(await plain.$crr.changes());
    const theirs = await documentOf(b);
    insert(theirs.editor, 0, '- ');
    await theirs.close();
    await a.$crr.apply(await b.$crr.changes());
    expect(merges).toEqual([
      {
        base: 'The quick fox',
        mine: 'The quick fox jumps',
        theirs: '- The slow fox',
        // There, the text here was removed for the other one.
        merged: keepsTyped ? '- The slow fox jumps' : '- The slow fox',
      },
    ]);
    await mine.close();
  });

  test('a listener that throws stops nothing', async () => {
    const reported = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { mine, theirs, merges } = await listening();
    const end = mine.on('merge', () => {
      throw new Error('of the application');
    });
    insert(mine.editor, 0, '1');
    insert(theirs.editor, 13, '2');
    await theirs.close();
    await a.$crr.apply(await b.$crr.changes());
    end();
    expect(merges).toHaveLength(1);
    expect(mine.toString()).toBe('1The quick fox2');
    expect(reported).toHaveBeenCalledTimes(1);
    reported.mockRestore();
    await mine.close();
  });
});

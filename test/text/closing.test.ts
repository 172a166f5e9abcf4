/** Documents and databases that are closed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/libsql';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { collaborativeText, withCrr } from '../../src/index.js';
import { openClient } from '../support/client.js';
import { openSite } from '../support/site.js';
import { notesWith, SUBJECTS } from './codecs.js';

describe.each(SUBJECTS)('$name', ({ name, codec, insert }) => {
  const notes = notesWith(codec);
  const isOurs = name !== 'loroText()';
  const closed = { code: 'CRR_USAGE_DOCUMENT_CLOSED' };
  const open = async () => {
    const site = await openSite({ notes });
    await site.insert(notes).values({ id: 'a', body: 'one' });
    return site;
  };
  const documentOf = (site: Awaited<ReturnType<typeof open>>) =>
    site.$crr.document(notes, { id: 'a' }, 'body', codec);
  const bodyOf = async (site: Awaited<ReturnType<typeof open>>) =>
    (await site.select().from(notes))[0]!.body;

  test('an event that documents do not have, and a codec that was not made, are refused', async () => {
    const site = await open();
    const doc = await documentOf(site);
    expect(() => doc.on('changed' as never, () => {})).toThrow("'change' and 'merge', found");
    await doc.close();
    const maker = (() => codec) as never;
    expect(() => collaborativeText('body', maker)).toThrow('call the function that makes it');
    await expect(site.$crr.document(notes, { id: 'a' }, 'body', maker)).rejects.toMatchObject({
      code: 'CRR_USAGE_OPTION',
      message: expect.stringContaining('and not a function'),
    });
    const autosave = '500' as never;
    await expect(
      site.$crr.document(notes, { id: 'a' }, 'body', codec, { autosave }),
    ).rejects.toThrow('autosave must be a number of at least 0');
  });

  test('an edit of a closed document fails, each time, and so does a save', async () => {
    const site = await open();
    const doc = await documentOf(site);
    insert(doc.editor, 3, ' two');
    await doc.close();
    for (let i = 0; i < 2; i++) {
      const edit = () => insert(doc.editor, 0, 'lost');
      if (isOurs) expect(edit).toThrow(expect.objectContaining(closed));
      else expect(edit).toThrow();
    }
    await expect(doc.save()).rejects.toMatchObject(closed);
    await expect(doc.refresh()).rejects.toMatchObject(closed);
    expect(() => doc.on('change', () => {})).toThrow(expect.objectContaining(closed));
    await doc.close();
    expect(await bodyOf(site)).toBe('one two');
  });

  test('a document that is open twice goes on with the other one', async () => {
    const site = await open();
    const [one, two] = [await documentOf(site), await documentOf(site)];
    await one.close();
    await expect(one.save()).rejects.toMatchObject(closed);
    insert(one.editor, 3, ' two');
    await two.close();
    expect(await bodyOf(site)).toBe('one two');
  });

  test('what is typed while close() saves is saved, too', async () => {
    const site = await open();
    const doc = await documentOf(site);
    insert(doc.editor, 3, ' two');
    const { $client } = site;
    const batch = $client.batch.bind($client);
    let isTyped = false;
    $client.batch = async (...args: Parameters<typeof batch>) => {
      const result = await batch(...args);
      if (args[1] === 'write' && !isTyped) {
        isTyped = true;
        insert(doc.editor, 7, ' three');
      }
      return result;
    };
    await doc.close();
    $client.batch = batch;
    expect(await bodyOf(site)).toBe('one two three');
  });

  test.each(['a', 1, null, undefined])('the key %s is no object', async (key) => {
    const site = await open();
    await expect(site.$crr.document(notes, key as never, 'body')).rejects.toMatchObject({
      code: 'CRR_USAGE_OPTION',
      message: expect.stringContaining('must be an object with its key columns: { id }'),
    });
  });

  describe('a database file', () => {
    let directory: string;

    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'closing-'));
    });

    afterEach(() => rmSync(directory, { recursive: true }));

    test('a database that is closed right after a write reports nothing, and has the write later', async () => {
      const url = `file:${join(directory, 'a.db')}`;
      const start = () => withCrr(drizzle({ client: openClient({ url }) }), { schema: { notes } });
      const reported = vi.spyOn(console, 'error').mockImplementation(() => {});
      const first = start();
      await first.$client.execute('CREATE TABLE notes (id text PRIMARY KEY NOT NULL, body text)');
      await first.$crr.install();
      await first.insert(notes).values({ id: 'a', body: 'one' });
      await first.$crr.document(notes, { id: 'a' }, 'body', codec);
      await first.update(notes).set({ body: 'one two' });
      first.$client.close();
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(reported.mock.calls).toEqual([]);
      const second = start();
      const { changes } = await second.$crr.changes();
      expect(changes.some(({ val }) => val instanceof Uint8Array)).toBe(true);
      expect(reported.mock.calls).toEqual([]);
      reported.mockRestore();
      second.$client.close();
    });
  });

  test('other errors of work in the background are reported', async () => {
    const site = await open();
    const reported = vi.spyOn(console, 'error').mockImplementation(() => {});
    await documentOf(site);
    const { $client } = site;
    $client.batch = async () => {
      throw new Error('the disk is full');
    };
    await site.update(notes).set({ body: 'one two' });
    await expect.poll(() => reported.mock.calls.length).toBeGreaterThan(0);
    expect(String(reported.mock.calls[0]![0])).toContain('the disk is full');
    reported.mockRestore();
  });
});

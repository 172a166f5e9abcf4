/** Processes that use one database at once, and a person who types while one of them writes by SQL. */
import { beforeEach, describe, expect, test } from 'vitest';
import { exchange, openSite } from '../support/site.js';
import { notesWith, SUBJECTS } from './codecs.js';

describe.each(SUBJECTS)('$name', ({ codec, insert }) => {
  const notes = notesWith(codec);
  const open = () => openSite({ notes });
  type Site = Awaited<ReturnType<typeof open>>;
  /** Another process that uses the same database. */
  const process = (site: Site) => openSite({ notes }, site.$client, { ddl: [] });
  const documentOf = (site: Site) => site.$crr.document(notes, { id: 'a' }, 'body', codec);
  const bodyOf = async (site: Site) => (await site.select().from(notes))[0]!.body;

  let a: Site;
  let second: Site;
  let b: Site;

  async function begin(body: string): Promise<void> {
    [a, b] = [await open(), await open()];
    second = await process(a);
    await a.insert(notes).values({ id: 'a', body });
    await exchange(a, b);
  }

  async function expectEverywhere(): Promise<string> {
    for (let i = 0; i < 2; i++) await exchange(a, b);
    const body = await bodyOf(a);
    expect(await bodyOf(b)).toBe(body);
    for (const site of [a, second, b]) {
      const doc = await documentOf(site);
      expect(doc.toString()).toBe(body);
      await doc.close();
    }
    for (const site of [a, b]) expect((await site.$crr.verify()).findings).toEqual([]);
    return body!;
  }

  const writeBySql = (body: string) =>
    a.$client.execute({ sql: 'UPDATE notes SET body = ?', args: [body] });

  describe.each([true, false])('a document that was edited before: %s', (isBegun) => {
    beforeEach(async () => {
      await begin('one two three');
      if (!isBegun) return;
      const doc = await documentOf(a);
      insert(doc.editor, 0, 'zero ');
      await doc.close();
      await exchange(a, b);
    });
    const zero = isBegun ? 'zero ' : '';

    test('two processes that find one write by SQL at the same moment put it in once', async () => {
      for (const [i, letter] of [...'ABCD'].entries()) {
        await writeBySql(`${zero}one two three ${'ABCD'.slice(0, i + 1)}`);
        await Promise.all([a.$crr.changes(), second.$crr.changes(), second.$crr.apply([])]);
        expect(await bodyOf(a)).toContain(letter);
      }
      expect(await expectEverywhere()).toBe(`${zero}one two three ABCD`);
    });

    test('so do two that have the document open, with what both type meanwhile', async () => {
      const [one, two] = [await documentOf(a), await documentOf(second)];
      await writeBySql(`${zero}one two three four`);
      insert(one.editor, 0, '<');
      insert(two.editor, 0, '-');
      await Promise.all([one.save(), two.save(), one.refresh(), two.refresh()]);
      await one.close();
      await two.close();
      expect(await expectEverywhere()).toMatch(new RegExp(`^(<-|-<)${zero}one two three four$`));
    });

    test.each([1, 2, 3, 4, 5, 6])(
      'one that is overtaken after its read %i loses nothing',
      async (at) => {
        await writeBySql(`${zero}one two three four`);
        const { $client } = second;
        const batch = $client.batch.bind($client);
        let reads = 0;
        $client.batch = async (...args: Parameters<typeof batch>) => {
          const result = await batch(...args);
          if (args[1] !== 'read' || ++reads !== at) return result;
          // The other process puts the write into the document, and the next one is made.
          await a.$crr.changes();
          await writeBySql(`${zero}one two three four five`);
          return result;
        };
        await second.$crr.changes();
        $client.batch = batch;
        expect(await expectEverywhere()).toBe(
          `${zero}one two three four${reads < at ? '' : ' five'}`,
        );
      },
    );

    test('what is typed while a write by SQL is on its way into the open document keeps both', async () => {
      const doc = await documentOf(a);
      await a.update(notes).set({ body: isBegun ? 'eggs one two three' : 'eggs two three' });
      insert(doc.editor, 0, 'A');
      await doc.save();
      await doc.close();
      // The ids of the writers decide which of both is first.
      expect(await expectEverywhere()).toMatch(
        isBegun ? /^(Aeggs|eggsA) one two three$/ : /^(Aeggs|eggsA) two three$/,
      );
    });
  });
});

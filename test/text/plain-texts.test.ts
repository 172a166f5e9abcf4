/** Plain texts that sites without the codec write by SQL, and documents that begin with them. */
import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Change } from '../../src/model/change.js';
import { exchange, openSite } from '../support/site.js';
import { notesWith, notesWithoutCodec, SUBJECTS } from './codecs.js';

describe.each(SUBJECTS)('$name', ({ codec, insert, length }) => {
  const notes = notesWith(codec);
  const open = () => openSite({ notes });
  type Site = Awaited<ReturnType<typeof open>>;

  let a: Site;
  let b: Site;
  let c: Site;
  /** A process without the codec, which uses the database of `a`. */
  let plain: Site;

  beforeEach(async () => {
    [a, b, c] = [await open(), await open(), await open()];
    plain = (await openSite({ notes: notesWithoutCodec }, a.$client, { ddl: [] })) as never;
    await a.insert(notes).values({ id: 'a', body: 'hello' });
    await exchange(a, b);
    await exchange(a, c);
  });

  const write = (site: Site, body: string) =>
    site.update(notesWithoutCodec as never).set({ body } as never);
  const bodyOf = async (site: Site) =>
    (await site.select().from(notes).where(eq(notes.id, 'a')))[0]!.body;

  async function type(site: Site, typed: string): Promise<void> {
    const doc = await site.$crr.document(notes, { id: 'a' }, 'body', codec);
    insert(doc.editor, length(doc.editor), typed);
    await doc.close();
  }

  async function expectEverywhere(...sites: Site[]): Promise<string> {
    for (let i = 0; i < 3; i++) for (const site of sites.slice(1)) await exchange(sites[0]!, site);
    const body = await bodyOf(a);
    for (const site of sites) {
      expect(await bodyOf(site)).toBe(body);
      expect((await site.$crr.verify()).findings).toEqual([]);
    }
    return body!;
  }

  test('a text that was sent as it is: whoever has the codec later begins with it, as others do', async () => {
    await write(plain, 'hello world');
    await b.$crr.apply(await plain.$crr.changes());
    await type(b, '!');
    // A process with the codec, from now on.
    expect(await bodyOf(a)).toBe('hello world');
    await type(a, '?');
    expect(await expectEverywhere(a, b)).toMatch(/^hello world(!\?|\?!)$/);
  });

  test('and makes an edit of the next write only', async () => {
    await write(plain, 'hello world');
    await b.$crr.apply(await plain.$crr.changes());
    await type(b, '!');
    await write(a, 'hello big world');
    expect(await expectEverywhere(a, b)).toBe('hello big world!');
  });

  test('it is put into a document that others began without it', async () => {
    await write(plain, 'hello world');
    await b.$crr.apply(await plain.$crr.changes());
    await type(c, '!');
    expect(await expectEverywhere(a, c)).toMatch(/^hello( world!|! world)$/);
  });

  test('it is not put into a document that others began with it', async () => {
    await write(plain, 'hello world');
    await b.$crr.apply(await plain.$crr.changes());
    await type(b, '!');
    await plain.$crr.apply(await b.$crr.changes());
    await write(plain, 'hello old world');
    expect(await expectEverywhere(a, b)).toBe('hello old world!');
  });

  test('a process without the codec keeps a write for its document, which comes with another plain text', async () => {
    await write(plain, 'hello world');
    await write(b, 'dear hello');
    await write(b, 'my dear hello');
    await plain.$crr.apply(await b.$crr.changes());
    expect(await expectEverywhere(a, b)).toBe('my dear hello world');
  });

  test('a text that was sent and is not the plain text any more is not written a second time', async () => {
    await write(plain, 'hello world');
    await b.$crr.apply(await plain.$crr.changes());
    await write(b, 'hello world again');
    await plain.$crr.apply(await b.$crr.changes());
    expect(await expectEverywhere(a, b)).toBe('hello world again');
  });

  test('a text that was sent over none, likewise', async () => {
    await plain.insert(notesWithoutCodec as never).values({ id: 'b', body: null } as never);
    await exchange(plain, b);
    await plain.$client.execute("UPDATE notes SET body = 'hello world' WHERE id = 'b'");
    await b.$crr.apply(await plain.$crr.changes());
    await b.$client.execute("UPDATE notes SET body = 'hello world again' WHERE id = 'b'");
    await plain.$crr.apply(await b.$crr.changes());
    await exchange(a, b);
    await exchange(a, b);
    const [row] = await a.select().from(notes).where(eq(notes.id, 'b'));
    expect(row!.body).toBe('hello world again');
    expect(await b.select().from(notes)).toEqual(await a.select().from(notes));
  });

  test('a text that was not sent is an edit, also if a process without the codec wrote it', async () => {
    await write(plain, 'hello world');
    await write(plain, 'hello new world');
    await type(b, '!');
    expect(await expectEverywhere(a, b)).toMatch(/^hello( new world!|! new world)$/);
  });

  test('a write that comes between settling and reading is an edit, too', async () => {
    const { $client } = a;
    const batch = $client.batch.bind($client);
    let reads = 0;
    $client.batch = async (...args: Parameters<typeof batch>) => {
      const isFeed = JSON.stringify(args[0]).includes('group_concat');
      if (isFeed && reads++ === 0) {
        await $client.execute("UPDATE notes SET body = 'hello world'");
      }
      return batch(...args);
    };
    const first = await a.$crr.changes();
    $client.batch = batch;
    expect(reads).toBe(2);
    await b.$crr.apply(first);
    await type(b, '!');
    expect(await expectEverywhere(a, b)).toBe('hello world!');
  });

  test('a page up to the write has nothing of it before the edit that it is', async () => {
    await write(a, 'hello world');
    const until = await a.$crr.version();
    await a.$crr.changes();
    await b.$crr.apply(await a.$crr.changes({ until }));
    await type(b, '!');
    expect(await expectEverywhere(a, b)).toMatch(/^hello( world!|! world)$/);
  });

  test('reading what was sent before writes nothing', async () => {
    await write(plain, 'hello world');
    const of = ({ changes }: { changes: readonly Change[] }) => changes.map(({ val }) => val);
    const version = await plain.$crr.version();
    const first = of(await plain.$crr.changes());
    const { $client } = a;
    const batch = $client.batch.bind($client);
    const modes: unknown[] = [];
    $client.batch = async (...args: Parameters<typeof batch>) => {
      modes.push(args[1]);
      return batch(...args);
    };
    expect(of(await plain.$crr.changes())).toEqual(first);
    $client.batch = batch;
    expect(new Set(modes)).toEqual(new Set(['read']));
    expect(await plain.$crr.version()).toBe(version);
  });
});

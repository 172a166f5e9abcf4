import { eq, like } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { collaborativeText, crrTable } from '../../src/index.js';
import { exchange, openSite } from '../support/site.js';
import { SUBJECTS } from './codecs.js';

describe.each(SUBJECTS)('$name', ({ codec, insert, remove, length }) => {
  const notes = crrTable('notes', {
    id: text('id').primaryKey().notNull(),
    title: text('title'),
    body: collaborativeText('body', codec),
    size: integer('size'),
  });
  const plainNotes = crrTable('notes', {
    id: text('id').primaryKey().notNull(),
    title: text('title'),
    body: collaborativeText('body'),
    size: integer('size'),
  });
  const open = () => openSite({ notes });
  type Site = Awaited<ReturnType<typeof open>>;

  const documentOf = (site: Site, id = 'a') => site.$crr.document(notes, { id }, 'body', codec);
  const bodyOf = async (site: Site, id = 'a') =>
    (await site.select().from(notes).where(eq(notes.id, id)))[0]?.body;

  let a: Site;
  let b: Site;

  beforeEach(async () => {
    [a, b] = [await open(), await open()];
  });

  async function begin(body: string | null): Promise<void> {
    await a.insert(notes).values({ id: 'a', body });
    await exchange(a, b);
  }

  async function expectSame(...sites: Site[]): Promise<string> {
    const bodies = await Promise.all(sites.map((site) => bodyOf(site)));
    expect(new Set(bodies).size, JSON.stringify(bodies)).toBe(1);
    for (const site of sites) {
      const doc = await documentOf(site);
      expect(doc.toString()).toBe(bodies[0]);
      await doc.close();
      expect((await site.$crr.verify()).findings).toEqual([]);
    }
    return bodies[0]!;
  }

  test('concurrent edits merge character by character, and queries read the text', async () => {
    await begin('The quick fox');
    const [docA, docB] = [await documentOf(a), await documentOf(b)];
    insert(docA.editor, 10, 'brown ');
    insert(docB.editor, 13, ' jumps');
    await docA.save();
    await docB.save();
    await exchange(a, b);
    expect(docA.toString()).toBe('The quick brown fox jumps');
    expect(await a.select({ id: notes.id }).from(notes).where(like(notes.body, '%brown%'))).toEqual(
      [{ id: 'a' }],
    );
    await Promise.all([docA.close(), docB.close()]);
    expect(await expectSame(a, b)).toBe('The quick brown fox jumps');
  });

  test('two sites that begin with the same plain text do not double it', async () => {
    await begin('shared');
    const [docA, docB] = [await documentOf(a), await documentOf(b)];
    insert(docA.editor, 0, '<');
    insert(docB.editor, 6, '>');
    await docA.close();
    await docB.close();
    await exchange(a, b);
    expect(await expectSame(a, b)).toBe('<shared>');
  });

  test('what was edited while another site began with another text goes into that one', async () => {
    await begin('one two three');
    const docA = await documentOf(a);
    insert(docA.editor, 13, ' four');
    await b.update(notes).set({ body: 'one 2 three' });
    const docB = await documentOf(b);
    insert(docB.editor, 0, '- ');
    await docB.close();
    await a.$crr.apply(await b.$crr.changes());
    expect(docA.toString()).toBe('- one 2 three four');
    await docA.close();
    await exchange(a, b);
    expect(await expectSame(a, b)).toBe('- one 2 three four');
  });

  test('a write by SQL becomes an edit that keeps what others typed', async () => {
    await begin('alpha beta gamma');
    const doc = await documentOf(a);
    insert(doc.editor, 0, '# ');
    await doc.close();
    await exchange(a, b);
    const other = await documentOf(b);
    insert(other.editor, length(other.editor), ' delta');
    await other.close();
    await a.update(notes).set({ body: '# alpha BETA gamma' });
    await exchange(a, b);
    expect(await expectSame(a, b)).toBe('# alpha BETA gamma delta');
  });

  test('a write by SQL of a site without the codec waits there for one with it', async () => {
    const server = await openSite({ notes: plainNotes });
    await begin('alpha beta');
    const doc = await documentOf(a);
    insert(doc.editor, 10, ' gamma');
    await doc.close();
    await exchange(a, server as never);
    expect((await server.select().from(plainNotes))[0]!.body).toBeNull();
    const withCodec = await openSite({ notes }, server.$client, { ddl: [] });
    await (await documentOf(withCodec)).close();
    await server.update(plainNotes).set({ body: 'alpha beta gamma delta' });
    const again = await documentOf(a);
    insert(again.editor, 0, '> ');
    await again.close();
    await server.$crr.apply(await a.$crr.changes());
    expect((await server.select().from(plainNotes))[0]!.body).toBe('alpha beta gamma delta');
    const reopened = await openSite({ notes }, server.$client, { ddl: [] });
    await (await documentOf(reopened)).close();
    await exchange(a, reopened);
    expect(await expectSame(a, reopened)).toBe('> alpha beta gamma delta');
  });

  test('a plain text that was written while another began the document is put into it', async () => {
    await begin('hello');
    await b.update(notes).set({ body: 'hello world' });
    const doc = await documentOf(a);
    insert(doc.editor, 5, '!');
    await doc.close();
    await exchange(a, b);
    await exchange(a, b);
    // Both were put at one place: the ids of the writers decide.
    expect(['hello world!', 'hello! world']).toContain(await expectSame(a, b));
  });

  /** Found by the simulator: the later one of two plain texts won, and a document that began with the other one had both. */
  test('writes by SQL of a text that nobody has opened are edits, too', async () => {
    await begin('milk');
    await a.update(notes).set({ body: 'milk, bread' });
    await b.update(notes).set({ body: 'eggs, milk' });
    await exchange(a, b);
    await exchange(a, b);
    expect(await expectSame(a, b)).toBe('eggs, milk, bread');
    await a.update(notes).set({ body: 'eggs, milk' });
    await exchange(a, b);
    expect(await expectSame(a, b)).toBe('eggs, milk');
  });

  test('a write by a shell, of which this process has not heard, outlives what is merged next', async () => {
    await begin('milk');
    await a.$client.execute("UPDATE notes SET body = 'milk, bread' WHERE id = 'a'");
    await b.update(notes).set({ body: 'soy milk' });
    await b.update(notes).set({ body: 'soy milk!' });
    await a.$crr.apply(await b.$crr.changes());
    await exchange(a, b);
    expect(await expectSame(a, b)).toMatch(/^soy milk(!, bread|, bread!)$/);
  });

  test('a write by a shell is in the feed as an edit, although this process has not heard of it', async () => {
    await begin('milk');
    const doc = await documentOf(a);
    insert(doc.editor, 0, 'soy ');
    await doc.close();
    const before = await a.$crr.changes();
    await a.$client.execute("UPDATE notes SET body = 'soy milk, bread' WHERE id = 'a'");
    const { changes } = await a.$crr.changes({ since: before.cursor });
    expect(changes.map(({ cid, val }) => [cid, val instanceof Uint8Array])).toEqual([
      ['body', true],
    ]);
  });

  test('a text that was cleared, or is as it began, stays so', async () => {
    const settle = async () => {
      await exchange(a, b);
      await exchange(a, b);
    };
    await begin('hello');
    await a.update(notes).set({ body: '' });
    await settle();
    expect(await expectSame(a, b)).toBe('');
    await b.update(notes).set({ body: 'hello' });
    await settle();
    expect(await expectSame(a, b)).toBe('hello');
    const doc = await documentOf(a);
    insert(doc.editor, 5, ' world');
    await doc.close();
    await settle();
    await a.update(notes).set({ body: 'hello' });
    await settle();
    expect(await expectSame(a, b)).toBe('hello');
    await b.update(notes).set({ body: '' });
    await settle();
    expect(await expectSame(a, b)).toBe('');
  });

  test('a row gets another key and another text in one statement', async () => {
    await begin('zed');
    const doc = await documentOf(a);
    insert(doc.editor, 3, ' zed');
    await doc.close();
    await exchange(a, b);
    await a.$client.execute("UPDATE notes SET id = 'k', body = 'zed 3' WHERE id = 'a'");
    await exchange(a, b);
    await exchange(a, b);
    for (const site of [a, b]) expect(await bodyOf(site, 'k')).toBe('zed 3');
  });

  test('an open document takes such a write as an edit', async () => {
    await begin('milk');
    const doc = await documentOf(a);
    insert(doc.editor, 0, 'soy ');
    await a.update(notes).set({ body: 'milk, bread' });
    await doc.save();
    expect(doc.toString()).toBe('soy milk, bread');
    await doc.close();
    await exchange(a, b);
    expect(await expectSame(a, b)).toBe('soy milk, bread');
  });

  test.each([null, ''])(
    'one first text over %s, written by SQL at two sites, is not doubled',
    async (nothing) => {
      await begin(nothing);
      for (const site of [a, b]) await site.update(notes).set({ body: 'hello' });
      await exchange(a, b);
      await exchange(a, b);
      expect(await expectSame(a, b)).toBe('hello');
      await b.update(notes).set({ body: 'hello world' });
      await exchange(a, b);
      expect(await expectSame(a, b)).toBe('hello world');
    },
  );

  test('a relay without a codec passes documents on, and shows what it showed', async () => {
    const relay = await openSite({ notes: plainNotes });
    await begin('draft');
    const doc = await documentOf(a);
    insert(doc.editor, 5, ' two');
    await doc.close();
    await relay.$crr.apply(await a.$crr.changes());
    await b.$crr.apply(await relay.$crr.changes());
    expect(await expectSame(a, b)).toBe('draft two');
    expect((await relay.$crr.verify()).findings).toEqual([]);
  });

  test('a site that does not have the column yet keeps every update for later', async () => {
    const before = crrTable('notes', {
      id: text('id').primaryKey().notNull(),
      title: text('title'),
    });
    const late = await openSite({ before });
    await begin('x');
    const doc = await documentOf(a);
    for (const char of '123') {
      insert(doc.editor, length(doc.editor), char);
      await doc.save();
    }
    await doc.close();
    await late.$crr.apply(await a.$crr.changes());
    await late.$client.execute('ALTER TABLE notes ADD body text');
    await late.$client.execute('ALTER TABLE notes ADD size integer');
    const migrated = await openSite({ notes }, late.$client, { ddl: [] });
    await migrated.$crr.apply([]);
    await (await documentOf(migrated)).close();
    expect(await expectSame(a, migrated)).toBe('x123');
  });

  test('a deleted row takes its document along, and a new one begins anew', async () => {
    await begin('old');
    const doc = await documentOf(a);
    insert(doc.editor, 3, 'er');
    await doc.save();
    await a.delete(notes);
    await expect(doc.save()).resolves.toBeUndefined();
    insert(doc.editor, 0, '?');
    await expect(doc.save()).rejects.toMatchObject({ code: 'CRR_DATABASE_NO_ROW' });
    await a.insert(notes).values({ id: 'a', body: 'new' });
    await exchange(a, b);
    expect(await bodyOf(b)).toBe('new');
    await expect(documentOf(a, 'none')).rejects.toMatchObject({ code: 'CRR_DATABASE_NO_ROW' });
  });

  test('a row that gets another key keeps its document, also one that is replaced', async () => {
    await begin('text');
    const doc = await documentOf(a);
    insert(doc.editor, 4, '!');
    await doc.close();
    await a.update(notes).set({ id: 'b' });
    await exchange(a, b);
    expect(await bodyOf(b, 'b')).toBe('text!');
    const moved = await documentOf(b, 'b');
    insert(moved.editor, 5, '!');
    await moved.close();
    await exchange(a, b);
    expect(await bodyOf(a, 'b')).toBe('text!!');
    await a.$client.execute("INSERT OR REPLACE INTO notes (id, body) VALUES ('b', 'replaced')");
    await exchange(a, b);
    expect(await bodyOf(b, 'b')).toBe('replaced');
    for (const site of [a, b]) expect((await site.$crr.verify()).findings).toEqual([]);
  });

  test('updates that arrive twice or in any order change nothing more', async () => {
    await begin('');
    const doc = await documentOf(a);
    for (const char of 'abcdef') {
      insert(doc.editor, length(doc.editor), char);
      await doc.save();
    }
    await doc.close();
    const { changes } = await a.$crr.changes();
    for (const change of [...changes].reverse()) await b.$crr.apply([change]);
    expect(await bodyOf(b)).toBe('abcdef');
    const version = await b.$crr.version();
    await b.$crr.apply(changes);
    expect(await b.$crr.version()).toBe(version);
  });

  test('many updates become one baseline, which others take in place of them', async () => {
    await begin('');
    const doc = await documentOf(a);
    for (let i = 0; i < 400; i++) {
      insert(doc.editor, length(doc.editor), `word${i} `);
      if (i % 3 === 0) remove(doc.editor, 0, 5);
      await doc.save();
      if (i === 20) await exchange(a, b);
    }
    await doc.close();
    const cells = (site: Site) =>
      site.$client.execute("SELECT count(*) AS n FROM notes__crr_cell WHERE column_name = 'body'");
    expect(Number((await cells(a)).rows[0]!.n)).toBeLessThan(200);
    await exchange(a, b);
    expect((await cells(b)).rows).toEqual((await cells(a)).rows);
    await expectSame(a, b);
  });

  test('updates of one document from two processes of a site do not collide', async () => {
    await begin('x');
    const second = await openSite({ notes }, a.$client, { ddl: [] });
    const [one, two] = [await documentOf(a), await documentOf(second)];
    for (let i = 0; i < 5; i++) {
      insert(one.editor, 0, `${i}`);
      insert(two.editor, length(two.editor), `${i}`);
      await Promise.all([one.save(), two.save()]);
    }
    await one.close();
    await two.close();
    await exchange(a, b);
    expect([...(await expectSame(a, b))].sort().join('')).toBe('0011223344x');
  });

  test('a document that is open, and that nobody has begun, leaves NULL as it is', async () => {
    await begin(null);
    const doc = await documentOf(a);
    await a.update(notes).set({ title: 'other' });
    await doc.refresh();
    await doc.close();
    expect(await bodyOf(a)).toBeNull();
    expect((await a.$crr.verify()).findings).toEqual([]);
  });

  test('a merge and a write by SQL leave nothing under way, since a Worker stops when it has answered', async () => {
    await begin('x');
    const doc = await documentOf(a);
    insert(doc.editor, 1, 'y');
    await doc.close();
    const { changes } = await a.$crr.changes();
    const { $client } = b;
    let underWay = 0;
    const batch = $client.batch.bind($client);
    $client.batch = async (...args: Parameters<typeof batch>) => {
      underWay++;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return batch(...args).finally(() => underWay--);
    };
    await b.$crr.apply(changes);
    expect(underWay).toBe(0);
    expect(await bodyOf(b)).toBe('xy');
    await b.update(notes).set({ body: 'xyz' });
    await new Promise((resolve) => setTimeout(resolve));
    expect(underWay).toBe(0);
    // It is part of what is read next.
    await a.$crr.apply(await b.$crr.changes());
    expect(await bodyOf(a)).toBe('xyz');
  });

  test('autosave saves after a delay, and close what is left', async () => {
    await begin('');
    const doc = await a.$crr.document(notes, { id: 'a' }, 'body', codec, { autosave: 5 });
    insert(doc.editor, 0, 'soon');
    await expect.poll(() => bodyOf(a)).toBe('soon');
    expect(doc.hasUnsaved).toBe(false);
    insert(doc.editor, 4, '!');
    await doc.close();
    expect(await bodyOf(a)).toBe('soon!');
  });

  test('a column that is no text, or has no codec here, has no document', async () => {
    await begin('x');
    await expect(a.$crr.document(notes, { id: 'a' }, 'title')).rejects.toMatchObject({
      code: 'CRR_USAGE_OPTION',
    });
    const server = await openSite({ notes: plainNotes });
    await expect(server.$crr.document(plainNotes, { id: 'a' }, 'body')).rejects.toMatchObject({
      code: 'CRR_USAGE_OPTION',
    });
  });
});

import { eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type Authorization,
  createSync,
  createSyncHandler,
  type TableAccess,
} from '../../../src/sync/index.js';
import { connect, contents, note, notes, openSite, type Site, serve } from '../world.js';

let server: Site;
let ann: Site;

beforeEach(async () => {
  server = await openSite();
  ann = await openSite();
  await server.db.insert(notes).values([note('a1'), note('a2'), note('b1', { owner: 'bob' })]);
});

const withAccess = (access: TableAccess, more: Partial<Authorization> = {}) =>
  serve(server, { authorize: () => ({ id: 'ann', tables: { notes: access }, ...more }) });
const mine = (more: TableAccess = {}) => withAccess({ where: eq(notes.owner, 'ann'), ...more });
const ids = async (site: Site) =>
  (await site.db.select({ id: notes.id }).from(notes).orderBy(notes.id)).map(({ id }) => id);

test('without authorize a handler starts only when told that it is public', () => {
  expect(() => createSyncHandler({ db: server.db })).toThrow(/public: true/);
  const both = { db: server.db, authorize: () => ({ id: 'ann' }), public: true };
  expect(() => createSyncHandler(both)).toThrow('both authorize and public: true');
  expect(() => createSyncHandler({ db: server.db, authorise: () => null } as never)).toThrow(
    /no option "authorise"/,
  );
});

test('a client needs a server, and options that make sense', () => {
  expect(() => createSync({ db: ann.db })).toThrow(/url, a fetch, or both/);
  for (const url of ['127.0.0.1:8788', 'localhost:8788', '/sync', 'ftp://x/', '']) {
    expect(() => createSync({ db: ann.db, url })).toThrow(/http:\/\/ or https:\/\//);
  }
  const options = { db: ann.db, url: 'http://x/' };
  expect(() => createSync({ ...options, tables: ['note'] })).toThrow(/"note"/);
  expect(() => createSync({ ...options, format: 'xml' as never })).toThrow(/binary, json/);
  expect(() => createSync({ ...options, retries: 1 } as never)).toThrow(/no option "retries"/);
});

test('a Response of authorize is answered as it is', async () => {
  const handler = serve(server, { authorize: () => new Response('pay first', { status: 402 }) });
  await expect(connect(ann, handler).sync()).rejects.toMatchObject({ status: 402 });
});

test('a misspelt option or column in authorize is a failure of the server, not an open door', async () => {
  const errors: unknown[] = [];
  for (const tables of [
    { notes: { readOnly: ['star'] } },
    { notes: { reed: 1 } },
    { notes: { leaving: 'stay' } },
    { notes: { onReadOnly: 'skip' } },
  ]) {
    const authorize = () => ({ tables: tables as never });
    const handler = serve(server, { authorize, onError: (error) => errors.push(error) });
    await expect(connect(ann, handler).sync()).rejects.toMatchObject({ status: 500 });
  }
  expect(errors).toHaveLength(4);
  expect(await ids(ann)).toEqual([]);
  // So is a misspelt table: the one that was meant is not listed.
  await ann.db.insert(notes).values(note('own'));
  const misspelt = serve(server, { authorize: () => ({ tables: { note: true } }) });
  expect(await connect(ann, misspelt).sync()).toMatchObject({ pulled: 0, refused: 1 });
  expect(await ids(server)).toEqual(['a1', 'a2', 'b1']);
});

describe('rows', () => {
  test('only what the condition lets through is pulled, and nothing of it twice', async () => {
    const sync = connect(ann, mine());
    expect((await sync.sync()).pulled).toBe(10);
    expect(await ids(ann)).toEqual(['a1', 'a2']);
    expect(await sync.sync()).toMatchObject({ pulled: 0, hidden: 0, requests: 1 });
  });

  test('a row that enters arrives whole, one that leaves goes, and comes back whole', async () => {
    const sync = connect(ann, mine());
    await sync.sync();
    await server.db.update(notes).set({ owner: 'ann' }).where(eq(notes.id, 'b1'));
    await server.db.update(notes).set({ owner: 'bob' }).where(eq(notes.id, 'a1'));
    await sync.sync();
    expect(await ids(ann)).toEqual(['a2', 'b1']);
    const [entered] = await ann.db.select().from(notes).where(eq(notes.id, 'b1'));
    expect(entered).toMatchObject({ body: 'body of b1', stars: 1 });
    // It left for here only: nobody hears of a delete.
    expect(await sync.sync()).toMatchObject({ pushed: 0, pulled: 0 });
    expect(await ids(server)).toEqual(['a1', 'a2', 'b1']);
    await server.db.update(notes).set({ owner: 'ann' }).where(eq(notes.id, 'a1'));
    await sync.sync();
    const all = await server.db.select().from(notes);
    expect(await ann.db.select().from(notes).orderBy(notes.id)).toEqual(all);
  });

  test('a row of our own making that left comes back whole, too', async () => {
    const sync = connect(ann, mine());
    await ann.db.insert(notes).values(note('own', { body: 'by ann' }));
    await sync.sync();
    for (const owner of ['bob', 'ann']) {
      await server.db.update(notes).set({ owner }).where(eq(notes.id, 'own'));
      await sync.sync();
      expect((await ids(ann)).includes('own')).toBe(owner === 'ann');
    }
    const [own] = await ann.db.select().from(notes).where(eq(notes.id, 'own'));
    expect(own!.body).toBe('by ann');
  });

  test('a row that leaves while it holds unsent writes stays until they are sent', async () => {
    const handler = mine({ writeWhere: 'all' });
    await connect(ann, handler).sync();
    await server.db.update(notes).set({ owner: 'bob' }).where(eq(notes.id, 'a1'));
    const meanwhile = connect(ann, async (request) => {
      const response = await handler(request);
      await ann.db.update(notes).set({ body: 'unsent' }).where(eq(notes.id, 'a1'));
      return response;
    });
    await meanwhile.sync();
    expect(await ids(ann)).toContain('a1');
    await connect(ann, handler).sync();
    const [row] = await server.db.select().from(notes).where(eq(notes.id, 'a1'));
    expect(row).toMatchObject({ owner: 'bob', body: 'unsent' });
  });

  test('a deleted row goes, whoever owned it', async () => {
    const sync = connect(ann, mine());
    await sync.sync();
    await server.db.delete(notes);
    await sync.sync();
    expect(await ids(ann)).toEqual([]);
  });

  test("leaving: 'keep' names no keys", async () => {
    const sync = connect(ann, mine({ leaving: 'keep' }));
    await sync.sync();
    await server.db.update(notes).set({ owner: 'bob' }).where(eq(notes.id, 'a1'));
    expect((await sync.sync()).hidden).toBe(0);
    expect(await ids(ann)).toEqual(['a1', 'a2']);
  });

  test('another condition, or another scope, is read anew', async () => {
    await connect(ann, mine()).sync();
    await connect(ann, withAccess({})).sync();
    expect(await ids(ann)).toEqual(['a1', 'a2', 'b1']);
    await connect(ann, mine()).sync();
    expect(await ids(ann)).toEqual(['a1', 'a2']);
    // A condition over another table changes its meaning without changing its text.
    await server.client.execute('CREATE TABLE member (name TEXT)');
    const where = sql`${notes.owner} IN (SELECT name FROM member)`;
    const members = async (...names: string[]) => {
      await server.client.execute('DELETE FROM member');
      for (const name of names) {
        await server.client.execute({ sql: 'INSERT INTO member VALUES (?)', args: [name] });
      }
      await connect(ann, withAccess({ where }, { scope: names.join() })).sync();
      return ids(ann);
    };
    expect(await members('bob')).toEqual(['b1']);
    expect(await members('ann', 'bob')).toEqual(['a1', 'a2', 'b1']);
  });
});

describe('tables and columns', () => {
  test('a table that is not named is neither read nor written', async () => {
    const handler = serve(server, { authorize: () => ({ tables: {} }) });
    expect(await connect(ann, handler).sync()).toMatchObject({ pulled: 0 });
    await ann.db.insert(notes).values(note('own'));
    const code = 'CRR_CHANGE_TABLE_REFUSED';
    expect(await connect(ann, handler).sync()).toMatchObject({
      refused: 1,
      refusedRows: [{ code }],
    });
    expect(await ids(server)).toEqual(['a1', 'a2', 'b1']);
  });

  test('a read-only table is pulled; writes to it are left out until they are allowed', async () => {
    const sync = connect(ann, withAccess({ write: false }));
    await sync.sync();
    await ann.db.delete(notes).where(eq(notes.id, 'a1'));
    const row = { table: 'notes', key: { id: 'a1' }, code: 'CRR_CHANGE_TABLE_REFUSED' };
    expect(await sync.sync()).toMatchObject({ refused: 1, refusedRows: [row] });
    expect(await sync.sync()).toMatchObject({ pushed: 0, refused: 1, requests: 1 });
    expect(await ids(server)).toContain('a1');
    // Nothing is lost: once it is allowed, it goes.
    expect(await connect(ann, withAccess({})).sync()).toMatchObject({ refused: 0 });
    expect(await ids(server)).not.toContain('a1');
    expect(await connect(ann, withAccess({})).sync()).toMatchObject({ pushed: 0, requests: 1 });
  });

  test('of a row with a read-only cell nothing is taken, or all but the cell', async () => {
    await connect(ann, withAccess({})).sync();
    await ann.db.update(notes).set({ stars: 99, body: 'mine' }).where(eq(notes.id, 'a1'));
    const refuse = connect(ann, withAccess({ readOnly: ['stars'] }));
    expect(await refuse.sync()).toMatchObject({ refused: 1 });
    expect((await server.db.select().from(notes))[0]).toMatchObject({ body: 'body of a1' });
    await connect(ann, withAccess({ readOnly: ['stars'], onReadOnly: 'ignore' })).sync();
    const [row] = await server.db.select().from(notes).where(eq(notes.id, 'a1'));
    expect(row).toMatchObject({ stars: 1, body: 'mine' });
  });

  test("a client's own choice of tables has its own cursors", async () => {
    const none = connect(ann, serve(server), { tables: [] });
    expect((await none.sync()).pulled).toBe(0);
    await connect(ann, serve(server)).sync();
    expect(await contents(ann)).toBe(await contents(server));
  });
});

/** A server is known by its site id, not by its address; a new client learns of hidden rows only what it must. */
import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import type { Authorization } from '../../../src/sync/index.js';
import { connect, contents, note, notes, openSite, rowCount, serve } from '../world.js';

describe('another address', () => {
  test('of the same server costs nothing', async () => {
    const [server, a] = [await openSite(), await openSite()];
    const handler = serve(server);
    await server.db.insert(notes).values(note('1'));
    await a.db.insert(notes).values(note('2'));
    await connect(a, handler, { url: 'http://host/sync' }).sync();
    for (const url of ['http://HOST:80/sync/', 'http://other/sync', 'http://host/sync?token=1']) {
      const result = await connect(a, handler, { url }).sync();
      expect(result).toMatchObject({ requests: 1, pushed: 0, pulled: 0 });
    }
    await a.db.insert(notes).values(note('3'));
    const result = await connect(a, handler, { url: 'http://fourth/' }).sync();
    expect(result).toMatchObject({ requests: 1, pushed: 5, pulled: 0 });
    expect(await contents(server)).toBe(await contents(a));
  });

  test('of another server leads to that one', async () => {
    const [one, two, a] = [await openSite(), await openSite(), await openSite()];
    await a.db.insert(notes).values(note('1'));
    await connect(a, serve(one), { url: 'http://one/' }).sync();
    await two.db.insert(notes).values(note('2'));
    const sync = () => connect(a, serve(two), { url: 'http://two/' }).sync();
    expect(await sync()).toMatchObject({ requests: 2, pushed: 5 });
    expect(await sync()).toMatchObject({ requests: 1, pushed: 0, pulled: 0 });
    await connect(a, serve(one), { url: 'http://one/' }).sync();
    expect(await contents(one)).toBe(await contents(two));
  });
});

describe('hidden rows', () => {
  const visible = eq(notes.owner, 'ann');
  const authorize =
    (table: object = {}) =>
    (): Authorization => ({ id: 'ann', tables: { notes: { where: visible, ...table } } });
  const many = (owner: string, count: number) =>
    Array.from({ length: count }, (_, i) => note(`${owner}${i}`, { owner }));

  test('are not named to a client that never had rows, in however many chunks', async () => {
    const [server, a] = [await openSite(), await openSite()];
    await server.db.insert(notes).values([...many('bob', 300), ...many('ann', 400)]);
    const handler = serve(server, { authorize: authorize() });
    const result = await connect(a, handler, { chunkBytes: 1_500 }).sync();
    expect(result).toMatchObject({ hidden: 0, pulled: 2_000 });
    expect(result.requests).toBeGreaterThan(2);
    await server.db.update(notes).set({ owner: 'bob' }).where(eq(notes.id, 'ann1'));
    expect((await connect(a, handler).sync()).hidden).toBe(1);
    expect(await rowCount(a)).toBe(399);
  });

  test('are named if they were hidden while the first transfer was under way', async () => {
    const [server, a] = [await openSite(), await openSite()];
    await server.db.insert(notes).values([...many('ann', 100), ...many('bob', 50)]);
    const handler = serve(server, { authorize: authorize() });
    let requests = 0;
    const sync = connect(
      a,
      async (request) => {
        const answer = await handler(request);
        if (++requests === 1)
          await server.db.update(notes).set({ owner: 'bob' }).where(eq(notes.id, 'ann0'));
        return answer;
      },
      { chunkBytes: 1_500 },
    );
    expect((await sync.sync()).hidden).toBe(1);
    expect(await rowCount(a)).toBe(99);
  });

  test('are named to a client that has rows: of another server, or of a server that was restored', async () => {
    const [other, server, a] = [await openSite(), await openSite(), await openSite()];
    for (const site of [other, server]) await site.db.insert(notes).values(many('bob', 3));
    await connect(a, serve(other), { url: 'http://other/' }).sync();
    expect(await rowCount(a)).toBe(3);
    const handler = serve(server, { authorize: authorize() });
    await connect(a, handler, { url: 'http://server/' }).sync();
    expect(await rowCount(a)).toBe(0);
  });

  test('are named to a client that may write rows that it may not see', async () => {
    const [server, a] = [await openSite(), await openSite()];
    await server.db.insert(notes).values(many('bob', 3));
    await server.db.update(notes).set({ body: 'newer' });
    await a.db.insert(notes).values(note('bob1'));
    await connect(a, serve(server, { authorize: authorize({ writeWhere: 'all' }) })).sync();
    expect(await rowCount(a)).toBe(0);
  });

  test('that a new client wrote itself are dropped as before', async () => {
    const [server, a] = [await openSite(), await openSite()];
    await server.db.insert(notes).values(many('bob', 3));
    await a.db.insert(notes).values([note('bob1'), note('mine')]);
    const sync = connect(a, serve(server, { authorize: authorize() }));
    expect(await sync.sync()).toMatchObject({ refused: 1, hidden: 0 });
    expect((await a.db.select().from(notes)).map(({ id }) => id)).toEqual(['mine']);
  });
});

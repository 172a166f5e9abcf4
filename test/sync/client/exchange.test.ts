import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../../src/sync/index.js';
import { connect, contents, note, notes, openSite, serve } from '../world.js';

describe('requests', () => {
  test('an idle sync is one request, also for a client that starts anew, and writes nothing', async () => {
    const [server, a] = [await openSite(), await openSite()];
    await a.db.insert(notes).values([note('1'), note('2')]);
    const handler = serve(server);
    await connect(a, handler).sync();
    const changesBefore = (await a.client.execute('SELECT total_changes()')).rows[0]![0];
    const again = connect(a, handler);
    const result = await again.sync();
    expect(again.counts.requests).toBe(1);
    expect(result).toMatchObject({ pushed: 0, pulled: 0 });
    expect((await a.client.execute('SELECT total_changes()')).rows[0]![0]).toBe(changesBefore);
  });

  test('one changed row is one request on either side, and travels no further', async () => {
    const [server, a, b] = [await openSite(), await openSite(), await openSite()];
    const handler = serve(server);
    const [syncA, syncB] = [connect(a, handler), connect(b, handler)];
    await syncA.sync();
    await syncB.sync();
    syncA.counts.requests = syncB.counts.requests = 0;
    await a.db.insert(notes).values(note('1'));
    expect(await syncA.sync()).toMatchObject({ pushed: 5, pulled: 0 });
    expect(await syncB.sync()).toMatchObject({ pushed: 0, pulled: 5 });
    expect([syncA.counts.requests, syncB.counts.requests]).toEqual([1, 1]);
    // What came from the server is not pushed back, what went there is not pulled back.
    expect(await syncA.sync()).toMatchObject({ pushed: 0, pulled: 0 });
    expect(await syncB.sync()).toMatchObject({ pushed: 0, pulled: 0 });
    expect(await contents(a)).toBe(await contents(b));
  });

  test('what both sides wrote crosses in one request, and nothing of it comes back', async () => {
    const [server, a] = [await openSite(), await openSite()];
    const sync = connect(a, serve(server));
    await sync.sync();
    sync.counts.requests = 0;
    await a.db.insert(notes).values(note('a'));
    await server.db.insert(notes).values(note('s'));
    expect(await sync.sync()).toMatchObject({ pushed: 5, pulled: 5 });
    expect(await sync.sync()).toMatchObject({ pushed: 0, pulled: 0 });
    expect(sync.counts.requests).toBe(2);
    expect(await contents(a)).toBe(await contents(server));
  });

  test('a row written here while the answer travels is sent alone the next time', async () => {
    const [server, a] = [await openSite(), await openSite()];
    await server.db.insert(notes).values([note('s1'), note('s2')]);
    const handler = serve(server);
    const sync = connect(a, async (request) => {
      const response = await handler(request);
      await a.db.insert(notes).values(note('meanwhile')).onConflictDoNothing();
      return response;
    });
    expect(await sync.sync()).toMatchObject({ pushed: 0, pulled: 10 });
    expect(await sync.sync()).toMatchObject({ pushed: 5, pulled: 0 });
    expect(await contents(a)).toBe(await contents(server));
  });

  test('a first sync takes as many requests as its bytes fill chunks', async () => {
    const [server, a, b] = [await openSite(), await openSite(), await openSite()];
    const rows = Array.from({ length: 5_000 }, (_, i) => note(`n${i}`, { body: 'x'.repeat(100) }));
    await a.db.insert(notes).values(rows);
    const handler = serve(server);
    const chunkBytes = 64 * 1024;
    const bytes = 5_000 * 130;
    for (const site of [a, b]) {
      const sync = connect(site, handler, { chunkBytes });
      const shares: number[] = [];
      sync.subscribe((event) => {
        if (event.type === 'progress') shares.push(event.progress.share);
      });
      await sync.sync();
      expect(shares).toEqual(shares.toSorted((x, y) => x - y));
      expect(shares[0]).toBeLessThan(0.5);
      expect(shares.at(-1)).toBe(1);
      expect(sync.counts.requests).toBeGreaterThan(5);
      expect(sync.counts.requests).toBeLessThan((1.5 * bytes) / chunkBytes + 2);
    }
    expect(await contents(b)).toBe(await contents(a));
  });
});

/** Chunks that so many changes fill: of bytes before compression, or of changes. */
const chunksOf = (changes: number, bytes: number) =>
  Math.max(bytes / LIMITS.chunkBytes, changes / LIMITS.maxChanges);

test('a first sync of 100,000 rows is as many requests as chunks', async () => {
  const count = 100_000;
  const [server, a, b] = [await openSite(), await openSite(), await openSite()];
  for (let at = 0; at < count; at += 5_000) {
    const rows = Array.from({ length: 5_000 }, (_, i) => note(`note-${at + i}`, { stars: at }));
    await a.db.insert(notes).values(rows);
  }
  const handler = serve(server);
  // About what a row takes before compression: key, flags and values.
  const bytes = count * ('note-'.length * 2 + 8 + 'body of note-'.length + 32);
  const changes = count * 5;
  for (const site of [a, b]) {
    const sync = connect(site, handler);
    const { pushed, pulled, requests } = await sync.sync();
    expect(pushed + pulled).toBe(changes);
    expect(requests).toBe(sync.counts.requests);
    expect(requests).toBeGreaterThan(chunksOf(changes, bytes) / 2);
    expect(requests).toBeLessThan(1.5 * chunksOf(changes, bytes) + 2);
  }
  expect((await contents(b)) === (await contents(a))).toBe(true);
});

describe('any site can serve', () => {
  test('changes wander along a chain of peers, each once', async () => {
    const sites = [await openSite(), await openSite(), await openSite()] as const;
    await sites[0].db.insert(notes).values(note('1'));
    await connect(sites[1], serve(sites[0]), { url: 'http://site-0/' }).sync();
    const onward = connect(sites[1], serve(sites[2]), { url: 'http://site-2/' });
    expect(await onward.sync()).toMatchObject({ pushed: 5, pulled: 0 });
    expect(await onward.sync()).toMatchObject({ pushed: 0, pulled: 0 });
    await sites[2].db.update(notes).set({ stars: 9 }).where(eq(notes.id, '1'));
    await connect(sites[0], serve(sites[2])).sync();
    await onward.sync();
    for (const site of sites) expect(await contents(site)).toBe(await contents(sites[2]));
  });

  test('two peers under one address are told apart', async () => {
    const [a, b, c] = [await openSite(), await openSite(), await openSite()];
    await b.db.insert(notes).values(note('b'));
    await c.db.insert(notes).values(note('c'));
    for (let round = 0; round < 2; round++) {
      await connect(a, serve(b)).sync();
      await connect(a, serve(c)).sync();
    }
    await connect(a, serve(b)).sync();
    for (const site of [b, c]) expect(await contents(site)).toBe(await contents(a));
  });
});

describe('part of the database', () => {
  test('JSON is the same protocol, readable', async () => {
    const [server, a, b] = [await openSite(), await openSite(), await openSite()];
    const data = Buffer.from([0, 255]);
    await a.db.insert(notes).values(note('1', { weight: 0.5, data }));
    const handler = serve(server);
    await connect(a, handler, { format: 'json' }).sync();
    let body = '';
    const reading = connect(
      b,
      async (request) => {
        const response = await handler(request);
        body = await response.clone().text();
        return response;
      },
      { format: 'json' },
    );
    await reading.sync();
    expect(JSON.parse(body).pulled.changes[0]).toMatchObject({ table: 'notes', cid: 'owner' });
    expect(await contents(b)).toBe(await contents(a));
  });

  test('a server restored from a backup is given again what it lost', async () => {
    const [server, old, a] = [await openSite(), await openSite(), await openSite()];
    await a.db.insert(notes).values(note('1'));
    const sync = connect(a, serve(server));
    await sync.sync();
    // The backup: same site, nothing of what came later.
    const siteId = await server.crr.siteId();
    await old.client.execute({ sql: 'UPDATE crr_site SET site_id = ?', args: [siteId] });
    const restored = await connect(a, serve(old)).sync();
    expect(restored.pushed).toBe(5);
    expect(await contents(old)).toBe(await contents(a));
  });
});

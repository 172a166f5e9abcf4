import { eq } from 'drizzle-orm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { packKey } from '../../src/index.js';
import type { Fetch, SyncHandlerOptions } from '../../src/sync/index.js';
import type { SyncResponse } from '../../src/sync/protocol.js';
import { decodeChunk, encodeChunk } from '../../src/sync/wire/snapshot-chunk.js';
import { Random, seedFromEnv } from '../support/random.js';
import { connect, contents, note, notes, openSite, type Site, serve } from './world.js';

const LIMITS = { maxChanges: 100 };
const many = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => note(`${prefix}${String(i).padStart(4, '0')}`));
const serveSnapshots = (site: Site, options: Partial<SyncHandlerOptions> = {}) =>
  serve(site, { snapshots: true, limits: LIMITS, ...options });
const isChunk = (request: Request) => new URL(request.url).pathname.includes('/snapshot/');
const same = async (a: Site, b: Site) => (await contents(a)) === (await contents(b));

afterEach(() => {
  vi.useRealTimers();
});

/** A cache before a handler, which keeps what it may keep. It counts what reaches the handler. */
function cdn(handler: Fetch) {
  const kept = new Map<
    string,
    { readonly body: Uint8Array<ArrayBuffer>; readonly headers: Headers }
  >();
  const counts = { chunks: 0, hits: 0, posts: 0 };
  const fetch: Fetch = async (request) => {
    if (request.method !== 'GET') counts.posts++;
    if (!isChunk(request)) return handler(request);
    const known = kept.get(request.url);
    if (known !== undefined) {
      counts.hits++;
      return new Response(known.body, { headers: known.headers });
    }
    counts.chunks++;
    const response = await handler(request);
    const { headers, status } = response;
    if (status !== 200 || !headers.get('cache-control')?.includes('public')) return response;
    const body = new Uint8Array(await response.arrayBuffer());
    kept.set(request.url, { body, headers });
    return new Response(body, { headers });
  };
  return { fetch, counts, kept };
}

describe('snapshot and pull', () => {
  test('a second client reads from the cache all but the end', async () => {
    const [server, a, b, plain] = [
      await openSite(),
      await openSite(),
      await openSite(),
      await openSite(),
    ];
    await server.db.insert(notes).values(many('n', 110));
    const cache = cdn(serveSnapshots(server));
    const first = await connect(a, cache.fetch).sync();
    expect(first).toMatchObject({ pulled: 550, pushed: 0 });
    expect(cache.kept.size).toBe(5);
    Object.assign(cache.counts, { chunks: 0, hits: 0, posts: 0 });
    expect(await connect(b, cache.fetch).sync()).toMatchObject({ pulled: 550, requests: 7 });
    expect(cache.counts).toEqual({ chunks: 1, hits: 5, posts: 1 });
    await connect(plain, serve(server)).sync();
    for (const site of [a, b, plain]) expect(await same(site, server)).toBe(true);
    // An ordinary sync afterwards, both ways.
    await b.db.update(notes).set({ stars: 5 }).where(eq(notes.id, 'n0003'));
    expect(await connect(b, cache.fetch).sync()).toMatchObject({
      pushed: 1,
      pulled: 0,
      requests: 1,
    });
    expect(await connect(a, cache.fetch).sync()).toMatchObject({
      pushed: 0,
      pulled: 1,
      requests: 1,
    });
  });

  test('is what a plain pull is, while the server changes, chunks are old, and clients have rows of their own', async () => {
    const random = new Random(seedFromEnv());
    for (let history = 0; history < 3; history++) {
      const server = await openSite();
      await server.db.insert(notes).values(many('n', 60 + random.int(80)));
      const cache = cdn(serveSnapshots(server, { limits: { maxChanges: 40 + random.int(100) } }));
      const change = async () => {
        const isRow = eq(notes.id, `n${String(random.int(140)).padStart(4, '0')}`);
        const kind = random.int(4);
        if (kind === 0) await server.db.delete(notes).where(isRow);
        else if (kind === 1) {
          await server.db
            .insert(notes)
            .values(note(`n${random.int(9_999)}`))
            .onConflictDoNothing();
        } else
          await server.db
            .update(notes)
            .set({ stars: random.int(99) })
            .where(isRow);
      };
      const clients: Site[] = [];
      for (let i = 0; i < 3; i++) {
        const client = await openSite();
        clients.push(client);
        if (random.chance(0.5))
          await client.db.insert(notes).values(many(`own${i}-`, 1 + random.int(40)));
        const changing: Fetch = async (request) => {
          if (random.chance(0.6)) await change();
          // Some entries fall out of the cache.
          for (const url of cache.kept.keys()) if (random.chance(0.1)) cache.kept.delete(url);
          return cache.fetch(request);
        };
        await connect(client, changing, { maxChanges: 50 }).sync();
      }
      for (const client of clients) await connect(client, cache.fetch).sync();
      for (const client of clients) await connect(client, cache.fetch).sync();
      expect(cache.counts.hits).toBeGreaterThan(0);
      const plain = await openSite();
      await connect(plain, serve(server)).sync();
      for (const site of [plain, ...clients]) expect(await same(site, server)).toBe(true);
    }
  });

  test('an interrupted transfer goes on where it was', async () => {
    const [server, a] = [await openSite(), await openSite()];
    await server.db.insert(notes).values(many('n', 110));
    const handler = serveSnapshots(server);
    let left = 4;
    const cut: Fetch = async (request) => {
      if (left-- <= 0) throw new Error('cut');
      return handler(request);
    };
    await expect(connect(a, cut).sync()).rejects.toMatchObject({ code: 'CRR_SYNC_NETWORK' });
    const had = (await a.db.select().from(notes)).length;
    expect(had).toBeGreaterThan(20);
    await server.db.update(notes).set({ stars: 7 }).where(eq(notes.id, 'n0001'));
    const result = await connect(a, handler).sync();
    // The changed row is at the end now, and comes as a whole.
    expect(result.pulled).toBe(5 * (110 - had) + 5);
    expect(await same(a, server)).toBe(true);
  });

  test('rows whose deletes were forgotten since a chunk was made do not stay', async () => {
    const [server, a] = [await openSite(), await openSite()];
    await server.db.insert(notes).values(many('n', 110));
    const cache = cdn(serveSnapshots(server));
    const b = await openSite();
    const other = connect(b, cache.fetch);
    await other.sync();
    await server.db.delete(notes).where(eq(notes.id, 'n0002'));
    await other.sync();
    // With a push the server notes what the client has.
    await b.db.insert(notes).values(note('b'));
    await other.sync();
    expect(await server.crr.compact()).toMatchObject({ tombstones: 1, heldBackBy: [] });
    await connect(a, cache.fetch).sync();
    await connect(a, cache.fetch).sync();
    expect(await a.db.select().from(notes).where(eq(notes.id, 'n0002'))).toEqual([]);
  });
});

describe('at a fault the sync goes on without the snapshot', () => {
  const broken =
    (
      change: (
        chunk: Uint8Array<ArrayBuffer>,
        n: number,
      ) => Promise<Response | Uint8Array<ArrayBuffer>>,
    ) =>
    async () => {
      const [server, a] = [await openSite(), await openSite()];
      await server.db.insert(notes).values(many('n', 110));
      const handler = serveSnapshots(server);
      let chunks = 0;
      const fetch: Fetch = async (request) => {
        const response = await handler(request);
        if (!isChunk(request)) return response;
        const body = new Uint8Array(await response.arrayBuffer());
        const changed = await change(body, chunks++);
        return changed instanceof Response
          ? changed
          : new Response(changed, { headers: response.headers });
      };
      await connect(a, fetch).sync();
      expect(chunks).toBeGreaterThan(0);
      expect(await same(a, server)).toBe(true);
      expect(await a.db.select().from(notes).where(eq(notes.owner, 'mallory'))).toEqual([]);
      return chunks;
    };
  /** A chunk that was made by somebody else: its hash is right. */
  const rewritten =
    (change: (message: SyncResponse) => SyncResponse) => async (chunk: Uint8Array<ArrayBuffer>) =>
      encodeChunk(change(await decodeChunk(chunk, { maxMessageBytes: 1e9 })));
  const LATER = (n: number) => n === 2;

  test.each<[string, Parameters<typeof broken>[0]]>([
    [
      'a chunk is missing',
      async (chunk, n) => (LATER(n) ? new Response('not found', { status: 404 }) : chunk),
    ],
    ['the first chunk is missing', async () => new Response(null, { status: 404 })],
    ['the server fails', async () => new Response(null, { status: 500 })],
    ['a page of a proxy', async () => new Response('<html>', { status: 200 })],
    [
      'a byte is another',
      async (chunk, n) =>
        LATER(n) ? (chunk.with(chunk.length - 9, 7) as Uint8Array<ArrayBuffer>) : chunk,
    ],
    [
      'a byte of the hash is another',
      async (chunk) => chunk.with(3, chunk[3]! ^ 1) as Uint8Array<ArrayBuffer>,
    ],
    ['it is cut short', async (chunk, n) => (LATER(n) ? chunk.slice(0, 300) : chunk)],
    ['it is empty', async () => new Uint8Array()],
    [
      'it is another server’s',
      rewritten((message) => ({ ...message, siteId: new Uint8Array(16).fill(9) })),
    ],
    ['it has another schema', rewritten((message) => ({ ...message, schema: 'other' }))],
    [
      'it leads nowhere',
      rewritten((message) => ({ ...message, pulled: { ...message.pulled!, cursor: 0 } })),
    ],
    ['it has nothing pulled', rewritten(({ pulled, ...message }) => message)],
    [
      'it has a change that no database makes',
      rewritten((message) => ({
        ...message,
        pulled: {
          ...message.pulled!,
          changes: message.pulled!.changes.map((change, i) =>
            i === 3
              ? { ...change, pk: packKey(['x', 'y']), val: 'mallory' }
              : { ...change, ...(change.cid === 'owner' && { val: 'mallory' }) },
          ),
        },
      })),
    ],
  ])('%s', async (_, change) => {
    await broken(change)();
  });

  test('a client whose rows are refused reads with POST', async () => {
    const [server, a] = [await openSite(), await openSite()];
    await server.db.insert(notes).values(many('n', 50));
    await a.db.insert(notes).values([note('own'), note('refused', { owner: 'bob' })]);
    const writeWhere = eq(notes.owner, 'ann');
    const authorize = () => ({ tables: { notes: { writeWhere } } });
    const result = await connect(a, serveSnapshots(server, { authorize })).sync();
    expect(result).toMatchObject({ refused: 1, pulled: 250 });
    expect(await a.db.select().from(notes)).toHaveLength(52);
    expect(await server.db.select().from(notes)).toHaveLength(51);
  });

  test('a client with another schema reads with POST', async () => {
    const [server, a] = [await openSite(), await openSite()];
    await server.db.insert(notes).values(many('n', 50));
    const handler = serveSnapshots(server);
    let chunks = 0;
    const fetch: Fetch = async (request) => {
      if (isChunk(request)) chunks++;
      const response = await handler(request);
      if (request.method !== 'POST') return response;
      const json = (await response.json()) as { schema: string };
      return Response.json({ ...json, schema: 'newer' });
    };
    await connect(a, fetch, { format: 'json' }).sync();
    expect(chunks).toBe(0);
    expect(await same(a, server)).toBe(true);
  });
});

describe('who may read', () => {
  const rows = many('n', 60);
  /** The addresses of the chunks that a client of a handler reads. */
  async function chunksOf(handler: Fetch) {
    const urls: string[] = [];
    await connect(await openSite(), (request) => {
      if (isChunk(request)) urls.push(request.url);
      return handler(request);
    }).sync();
    return urls;
  }

  test('nobody, unless the option is set, or with a row filter, or with some tables only', async () => {
    const server = await openSite();
    await server.db.insert(notes).values(rows);
    expect(await chunksOf(serve(server, { limits: LIMITS }))).toEqual([]);
    const where = eq(notes.owner, 'ann');
    const filtered = serveSnapshots(server, {
      authorize: () => ({ tables: { notes: { where } } }),
    });
    expect(await chunksOf(filtered)).toEqual([]);
    const urls = await chunksOf(serveSnapshots(server));
    expect(urls).toHaveLength(3);
    expect((await filtered(new Request(urls[0]!))).status).toBe(404);
    const nobody = serveSnapshots(server, { authorize: () => null });
    expect((await nobody(new Request(urls[0]!))).status).toBe(401);
    const none = serveSnapshots(server, { authorize: () => ({ tables: {} }) });
    expect((await none(new Request(urls[0]!))).status).toBe(404);
    const other = await openSite();
    await other.db.insert(notes).values(rows);
    expect((await serveSnapshots(other)(new Request(urls[0]!))).status).toBe(404);
  });

  test('addresses of two days, in either handler of a database', async () => {
    const server = await openSite();
    await server.db.insert(notes).values(rows);
    const urls = await chunksOf(serveSnapshots(server));
    const another = serveSnapshots(server);
    const status = async () => (await another(new Request(urls[0]!))).status;
    const now = Date.now();
    expect(await status()).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: now + 86_400_000 });
    expect(await status()).toBe(200);
    vi.setSystemTime(now + 2 * 86_400_000);
    expect(await status()).toBe(404);
  });

  test('chunks say how long they may be kept, and the end that it may not', async () => {
    const server = await openSite();
    await server.db.insert(notes).values(rows);
    const handler = serveSnapshots(server);
    const urls = await chunksOf(handler);
    const answers = await Promise.all(urls.map((url) => handler(new Request(url))));
    const control = answers.map(({ headers }) => headers.get('cache-control'));
    const kept = 'public, max-age=86400, immutable';
    expect(control).toEqual([kept, kept, 'no-store']);
    const etag = answers[0]!.headers.get('etag')!;
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    const again = await handler(new Request(urls[0]!, { headers: { 'if-none-match': etag } }));
    expect([again.status, await again.text()]).toEqual([304, '']);
    const wrong = urls[0]!.replace(/[^/]*$/, 'AAAA');
    expect((await handler(new Request(wrong))).status).toBe(400);
  });
});

/** What a client does about refusals. Rows and sites that are refused are in server/attacks.test.ts and faults.test.ts. */
import { expect, test } from 'vitest';
import { encodeError } from '../../../src/sync/wire/error-body.js';
import { SyncRefusal } from '../../../src/sync/wire/sync-refusal.js';
import { connect, contents, note, notes, openSite, serve } from '../world.js';

const refusal = (details: ConstructorParameters<typeof SyncRefusal>[0]) =>
  encodeError(new SyncRefusal(details));

test('another database behind the same address gets everything', async () => {
  const [old, replaced, a] = [await openSite(), await openSite(), await openSite()];
  await a.db.insert(notes).values(note('1'));
  let handler = serve(old);
  const sync = connect(a, (request) => handler(request));
  await sync.sync();
  handler = serve(replaced);
  await replaced.db.insert(notes).values(note('2'));
  expect(await sync.sync()).toMatchObject({ pushed: 5, pulled: 5, requests: 2 });
  expect(await contents(replaced)).toBe(await contents(a));
});

test('a server that takes little at a time gets little at a time', async () => {
  const [server, a] = [await openSite(), await openSite()];
  await a.db.insert(notes).values(Array.from({ length: 40 }, (_, i) => note(`n${i}`)));
  const handler = serve(server, { limits: { maxBodyBytes: 700 } });
  const result = await connect(a, handler).sync();
  expect(result.pushed).toBe(200);
  expect(await contents(server)).toBe(await contents(a));
});

test('a row that is too large for the server is refused in the end', async () => {
  const [server, a] = [await openSite(), await openSite()];
  await a.db.insert(notes).values(note('1', { body: 'x'.repeat(300) }));
  const sync = connect(a, serve(server, { limits: { maxBodyBytes: 200 } }));
  await expect(sync.sync()).rejects.toMatchObject({ code: 'CRR_SYNC_TOO_LARGE', status: 413 });
  expect(sync.counts.requests).toBeLessThan(5);
});

test('a refusal that no remedy ends is thrown after a limited number of tries', async () => {
  const a = await openSite();
  const sync = connect(a, async () =>
    refusal({
      code: 'CRR_SYNC_OTHER_SITE',
      message: 'not this one either',
      status: 409,
      details: { siteId: crypto.getRandomValues(new Uint8Array(16)) },
    }),
  );
  await expect(sync.sync()).rejects.toMatchObject({ code: 'CRR_SYNC_OTHER_SITE', status: 409 });
  expect(sync.counts.requests).toBe(25);
});

test('a refusal that names nothing new is thrown at once', async () => {
  const a = await openSite();
  for (const code of ['CRR_SYNC_FORBIDDEN', 'CRR_SYNC_OTHER_SITE', 'CRR_SYNC_MALFORMED'] as const) {
    const sync = connect(a, async () => refusal({ code, message: 'no', status: 403 }));
    await expect(sync.sync()).rejects.toMatchObject({ code, message: 'no' });
    expect(sync.counts.requests).toBe(1);
  }
});

test.each([
  [401, 'CRR_SYNC_UNAUTHORIZED'],
  [404, 'CRR_SYNC_SERVER'],
  [413, 'CRR_SYNC_TOO_LARGE'],
  [503, 'CRR_SYNC_BUSY'],
])('an answer of a proxy with status %i is %s', async (status, code) => {
  const a = await openSite();
  const sync = connect(a, async () => new Response('<h1>no</h1>', { status }));
  await expect(sync.sync()).rejects.toMatchObject({ code, status });
});

test('an answer whose body never ends fails with the status, in time', async () => {
  const a = await openSite();
  const endless = () => new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(1)) });
  for (const [status, code] of [
    [403, 'CRR_SYNC_FORBIDDEN'],
    [200, 'CRR_SYNC_NETWORK'],
  ] as const) {
    const sync = connect(a, async () => new Response(endless(), { status }), { timeoutMs: 30 });
    await expect(sync.sync()).rejects.toMatchObject({ code });
  }
});

test('a pull that was sent ahead ends with a sync that fails', async () => {
  const [server, a] = [await openSite(), await openSite()];
  await server.db.insert(notes).values(Array.from({ length: 200 }, (_, i) => note(`n${i}`)));
  const handler = serve(server);
  const signals: AbortSignal[] = [];
  const sync = connect(
    a,
    async (request) => {
      signals.push(request.signal);
      if (signals.length === 1) return handler(request);
      // This one is under way while the first answer is merged.
      await a.client.execute('DROP TABLE notes');
      return new Promise(() => {});
    },
    { chunkBytes: 2_000 },
  );
  await expect(sync.sync()).rejects.toThrow();
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
});

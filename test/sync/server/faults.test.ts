/**
 * Bad input and faults: each is answered with its status and code, changes nothing in the server's
 * database, and an honest sync afterwards brings everybody to the same rows.
 */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { packKey } from '../../../src/index.js';
import type { Change } from '../../../src/model/change.js';
import type { SyncHandler } from '../../../src/sync/index.js';
import type { SyncRequest } from '../../../src/sync/protocol.js';
import { siteOf } from '../../../src/sync/site.js';
import { binaryCodec } from '../../../src/sync/wire/binary-codec.js';
import { seal } from '../../../src/sync/wire/envelope.js';
import { changesOf, feedOf } from '../feed.js';
import { connect, contents, note, notes, openSite, type Site, serve } from '../world.js';

const URL = 'http://localhost/';
let server: Site;
let client: Site;

beforeEach(async () => {
  server = await openSite();
  client = await openSite();
  await server.db.insert(notes).values(note('server'));
  await client.db.insert(notes).values(note('client'));
});

test('the request of a framework is refused with what to do, before anything is read from it', async () => {
  const handler = serve(server);
  const ofNode = { method: 'POST', url: '/sync', headers: { host: 'localhost' } };
  await expect(handler(ofNode as never)).rejects.toMatchObject({
    code: 'CRR_USAGE_OPTION',
    message: expect.stringContaining('a server of node:http needs an adapter'),
  });
});

const message = async (more: Partial<SyncRequest> = {}): Promise<SyncRequest> => ({
  siteId: await client.crr.siteId(),
  schema: '',
  pull: { cursor: 0, filter: '', skip: [], maxBytes: 1_000_000 },
  ...more,
});

const pushOf = async (site: Site, more: Partial<Change> = {}) => {
  const { changes, cursor } = await feedOf(site);
  return { changes: changes.map((change) => ({ ...change, ...more })), through: cursor };
};

function post(
  handler: SyncHandler,
  body: RequestInit['body'],
  headers: Record<string, string> = {},
) {
  const init = {
    method: 'POST',
    body,
    headers: { 'content-type': binaryCodec.contentType, ...headers },
  };
  return handler(new Request(URL, { ...init, duplex: 'half' } as RequestInit));
}

const send = async (handler: SyncHandler, request: SyncRequest, headers = {}) =>
  post(handler, await binaryCodec.encodeRequest(request), headers);

/** The answer is this refusal, the server is as it was, and an honest sync still works. */
async function refused(
  answer: (handler: SyncHandler) => Promise<Response>,
  status: number,
  code: string,
  handler = serve(server),
  honest = serve(server),
) {
  const before = await contents(server);
  const response = await answer(handler);
  const body = (await response.json()) as { error: { code: string; message: string } };
  expect([response.status, body.error.code]).toEqual([status, code]);
  expect(body.error.message).not.toContain('body of');
  expect(await contents(server)).toBe(before);
  await connect(client, honest).sync();
  expect(await contents(server)).toBe(await contents(client));
  return body.error;
}

describe('bodies', () => {
  test('truncated: 400, wherever it is cut', async () => {
    for (const compressible of ['short', 'x'.repeat(2_000)]) {
      await client.db.update(notes).set({ body: compressible }).where(eq(notes.id, 'client'));
      const sealed = await binaryCodec.encodeRequest(await message({ push: await pushOf(client) }));
      const handler = serve(server);
      for (let length = 0; length < sealed.length; length += 7) {
        const response = await post(handler, sealed.slice(0, length));
        expect(response.status).toBe(400);
      }
      const cut = sealed.slice(0, -1);
      await refused((h) => post(h, cut), 400, 'CRR_SYNC_MALFORMED');
    }
  });

  test('malformed: 400', async () => {
    const bad = [new Uint8Array(), 'hello', new Uint8Array([0x43, 0x52, 0x52, 1, 2, 0])];
    for (const body of bad) await refused((h) => post(h, body), 400, 'CRR_SYNC_MALFORMED');
    const json = { 'content-type': 'application/json' };
    for (const body of [
      '{',
      '[]',
      '{"version":1,"siteId":"xx"}',
      '{"version":1,"siteId":"00","schema":1}',
    ]) {
      await refused((h) => post(h, body, json), 400, 'CRR_SYNC_MALFORMED');
    }
  });

  test('of a version that is not spoken: 400 with those that are', async () => {
    const sealed = await binaryCodec.encodeRequest(await message());
    sealed[3] = 2;
    const error = await refused((h) => post(h, sealed), 400, 'CRR_SYNC_VERSION');
    expect(error).toMatchObject({ versions: [1] });
  });

  test('oversized: 413, announced or not', async () => {
    const handler = serve(server, { limits: { maxBodyBytes: 1_000 } });
    const body = new Uint8Array(1_001);
    await refused((h) => post(h, body), 413, 'CRR_SYNC_TOO_LARGE', handler);
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(500));
      },
    });
    await refused((h) => post(h, endless), 413, 'CRR_SYNC_TOO_LARGE', handler);
    expect(pulled).toBeLessThan(10);
  });

  test('small, but large when decompressed: 413', async () => {
    const sealed = await seal(new Uint8Array(5_000_000));
    expect(sealed.length).toBeLessThan(10_000);
    const handler = serve(server, { limits: { maxMessageBytes: 1_000_000 } });
    await refused((h) => post(h, sealed), 413, 'CRR_SYNC_TOO_LARGE', handler);
  });

  test('with too many changes: 413, and a client sends them in smaller chunks', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => note(`n${i}`));
    await client.db.insert(notes).values(rows);
    const handler = serve(server, { limits: { maxChanges: 50 } });
    const push = await pushOf(client);
    const request = await message({ push });
    const response = await send(handler, request);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: { code: 'CRR_SYNC_TOO_LARGE' } });
    await connect(client, handler).sync();
    expect(await contents(server)).toBe(await contents(client));
  });

  test('too slow: 408, and no more of it is read', async () => {
    const handler = serve(server, { limits: { bodyTimeoutMs: 30 } });
    const cancel = vi.fn();
    const never = new ReadableStream({
      start: (c) => c.enqueue(new Uint8Array([0x43])),
      cancel,
    });
    await refused((h) => post(h, never), 408, 'CRR_SYNC_TOO_SLOW', handler);
    expect(cancel).toHaveBeenCalledOnce();
    let pulls = 0;
    const slow = new ReadableStream({
      async pull(controller) {
        pulls++;
        await new Promise((resolve) => setTimeout(resolve, 5));
        controller.enqueue(new Uint8Array([0x43]));
      },
    });
    await refused((h) => post(h, slow), 408, 'CRR_SYNC_TOO_SLOW', handler);
    const before = pulls;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(pulls - before).toBeLessThan(2);
  });

  test('replayed and reordered: 200, and nothing changes', async () => {
    const bodies: Uint8Array<ArrayBuffer>[] = [];
    const handler = serve(server);
    const recording = connect(client, async (request) => {
      bodies.push(new Uint8Array(await request.clone().arrayBuffer()));
      return handler(request);
    });
    await recording.sync();
    await client.db.update(notes).set({ stars: 7 });
    await recording.sync();
    await client.db.delete(notes).where(eq(notes.id, 'server'));
    await recording.sync();
    const [end, version] = [await contents(server), await server.crr.version()];
    const received = async () => (await siteOf(server.db).peers())[0]!.received;
    const before = await received();
    expect(bodies).toHaveLength(3);
    for (const i of [2, 0, 1, 1, 0]) expect((await post(handler, bodies[i]!)).status).toBe(200);
    expect(await contents(server)).toBe(end);
    expect(await server.crr.version()).toBe(version);
    expect(await received()).toEqual(before);
    // A server that gets the pushes in another order from the start ends with the same rows.
    const other = await openSite();
    const first = (await changesOf(server)).filter(({ db_version }) => db_version === 1);
    await other.crr.apply(first);
    const limits = { maxMessageBytes: 100_000, maxChanges: 1_000 };
    for (const i of [2, 0, 1]) {
      const { siteId, schema, push } = await binaryCodec.decodeRequest(bodies[i]!, limits);
      expect((await send(serve(other), { siteId, schema, push })).status).toBe(200);
    }
    expect(await other.db.select().from(notes)).toEqual(await server.db.select().from(notes));
  });
});

describe('methods and types', () => {
  test('another method: 405; a GET without an event stream: 406; another type: 415', async () => {
    const patch = (h: SyncHandler) => h(new Request(URL, { method: 'PATCH', body: 'x' }));
    await refused(patch, 405, 'CRR_SYNC_METHOD');
    await refused((h) => h(new Request(URL)), 406, 'CRR_SYNC_MEDIA_TYPE');
    const text = { 'content-type': 'text/plain' };
    await refused((h) => post(h, 'x', text), 415, 'CRR_SYNC_MEDIA_TYPE');
  });
});

describe('sites', () => {
  const asUser = (id: string) => serve(server, { authorize: () => ({ id }) });

  test("a client that claims the server's site id: 409", async () => {
    const siteId = await server.crr.siteId();
    await refused(async (h) => send(h, await message({ siteId })), 409, 'CRR_SYNC_SAME_SITE');
  });

  test("a client that claims another's site id: 403", async () => {
    await connect(client, asUser('ann')).sync();
    await client.db.update(notes).set({ stars: 3 });
    const push = await pushOf(client);
    const steal = async (h: SyncHandler) => send(h, await message({ push }));
    await refused(steal, 403, 'CRR_SYNC_SITE_TAKEN', asUser('bob'), asUser('ann'));
  });

  test("changes in the name of another's site: 403, and an honest client leaves them out", async () => {
    await connect(client, asUser('ann')).sync();
    const mallory = await openSite();
    const forged = {
      changes: [{ ...(await pushOf(client)).changes[0]!, col_version: 90, val: 'forged' }],
      through: 1,
    };
    const siteId = await mallory.crr.siteId();
    const forge = async (h: SyncHandler) => send(h, await message({ siteId, push: forged }));
    await refused(forge, 403, 'CRR_SYNC_FOREIGN_CHANGES', asUser('bob'), asUser('ann'));
    // A client that got others' changes from elsewhere pushes its own all the same.
    await mallory.crr.apply(await changesOf(client));
    await mallory.db.insert(notes).values(note('own'));
    const result = await connect(mallory, asUser('bob')).sync();
    expect(result.pushed).toBe(5);
    expect(await contents(server)).toBe(await contents(mallory));
  });

  test('changes that the server is said to have made, and did not: 422', async () => {
    const site_id = await server.crr.siteId();
    const push = await pushOf(client, { site_id, col_version: 50 });
    const error = await refused(
      async (h) => send(h, await message({ push })),
      422,
      'CRR_SYNC_REFUSED_CHANGE',
    );
    expect(error).toMatchObject({ cause: 'CRR_CHANGE_FORGED' });
  });

  test('a request for another server: 409 with the site that is here', async () => {
    const to = new Uint8Array(16).fill(9);
    const error = await refused(
      async (h) => send(h, await message({ to })),
      409,
      'CRR_SYNC_OTHER_SITE',
    );
    expect(error).toMatchObject({ siteId: Buffer.from(await server.crr.siteId()).toString('hex') });
  });

  test('a cursor that is newer than the server: 409', async () => {
    const pull = { cursor: 1_000, filter: '', skip: [], maxBytes: 1_000 };
    await refused(async (h) => send(h, await message({ pull })), 409, 'CRR_SYNC_CURSOR_AHEAD');
  });
});

describe('changes', () => {
  test.each(['col_version', 'cl'] as const)('a jump of %s to 2^53 - 1: 422', async (name) => {
    const push = await pushOf(client, { [name]: 2 ** 53 - 1 });
    await refused(async (h) => send(h, await message({ push })), 422, 'CRR_SYNC_VERSION_JUMP');
  });

  test.each(['db_version', 'seq'] as const)(
    'a jump of %s to 2^53 - 1 is that of its sender: it raises nothing here',
    async (name) => {
      const before = await server.crr.version();
      const push = await pushOf(client, { [name]: 2 ** 53 - 1 });
      expect((await send(serve(server), await message({ push }))).status).toBe(200);
      expect(await server.crr.version()).toBe(before + 1);
    },
  );

  test('a jump to the top of int64: 400, there is no reading it', async () => {
    const json = JSON.stringify({
      version: 1,
      siteId: '01'.repeat(16),
      schema: '',
      push: { changes: [], through: 0 },
    }).replace('"through":0', '"through":9223372036854775807');
    const type = { 'content-type': 'application/json' };
    await refused((h) => post(h, json, type), 400, 'CRR_SYNC_MALFORMED');
  });

  test('a server whose db_version is far ahead is followed, without adopting it', async () => {
    const far = await openSite();
    await far.db.insert(notes).values(note('far'));
    await far.client.execute('UPDATE notes__crr_clock SET row_db_version = 9007199254740000');
    await far.client.execute('UPDATE notes__crr_clock SET db_version = 9007199254740000');
    await far.client.execute('UPDATE crr_state SET db_version = 9007199254740000');
    const before = await client.crr.version();
    await connect(client, serve(far)).sync();
    expect(await contents(client)).toContain('far');
    expect(await client.crr.version()).toBe(before + 1);
    await client.db.insert(notes).values(note('after'));
    await connect(client, serve(server)).sync();
    await connect(client, serve(far)).sync();
    expect(await contents(server)).toBe(await contents(client));
    expect(await contents(far)).toBe(await contents(client));
  });

  test('a change that no database could have made: 422', async () => {
    const push = await pushOf(client, { pk: packKey([null]) });
    const error = await refused(
      async (h) => send(h, await message({ push })),
      422,
      'CRR_SYNC_REFUSED_CHANGE',
    );
    expect(error).toMatchObject({ cause: 'CRR_CHANGE_PACKED_KEY' });
  });

  test('a table that this side does not know waits, with 200', async () => {
    const push = await pushOf(client, { table: 'later' });
    const response = await send(serve(server), await message({ push }));
    expect(response.status).toBe(200);
    expect(await server.crr.pendingCount()).toBe(push.changes.length);
  });
});

describe('failures', () => {
  test('nobody: 401', async () => {
    const handler = serve(server, { authorize: () => null });
    await refused(async (h) => send(h, await message()), 401, 'CRR_SYNC_UNAUTHORIZED', handler);
  });

  test('a database that fails: 500 without its message, which onError gets', async () => {
    const onError = vi.fn();
    const broken = await openSite();
    const handler = serve(broken, { onError });
    await broken.client.execute('DROP TABLE notes');
    const response = await send(handler, await message());
    expect(response.status).toBe(500);
    expect(await response.text()).not.toMatch(/no such table/);
    expect(onError).toHaveBeenCalledOnce();
  });

  test('a server that dies between commit and reply: the next sync loses and doubles nothing', async () => {
    const handler = serve(server);
    let dies = true;
    const sync = connect(client, async (request) => {
      const response = await handler(request);
      if (!dies) return response;
      dies = false;
      throw new TypeError('connection lost');
    });
    await expect(sync.sync()).rejects.toMatchObject({ code: 'CRR_SYNC_NETWORK' });
    expect(await server.db.select().from(notes)).toHaveLength(2);
    const version = await server.crr.version();
    await sync.sync();
    expect(await server.crr.version()).toBe(version);
    expect(await contents(server)).toBe(await contents(client));
  });

  test('an answer that breaks off: nothing of it is merged, the next sync gets all', async () => {
    const handler = serve(server);
    let breaks = true;
    const sync = connect(client, async (request) => {
      const response = await handler(request);
      if (!breaks) return response;
      breaks = false;
      const bytes = new Uint8Array(await response.arrayBuffer());
      return new Response(bytes.slice(0, bytes.length - 5), { headers: response.headers });
    });
    await expect(sync.sync()).rejects.toMatchObject({ code: 'CRR_SYNC_MALFORMED' });
    expect(await client.db.select().from(notes)).toHaveLength(1);
    await sync.sync();
    expect(await contents(server)).toBe(await contents(client));
  });
});

describe('clock skew', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('wall clocks decades apart change nothing: the later version wins', async () => {
    const sync = connect(client, serve(server));
    await sync.sync();
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2050-01-01') });
    await server.db.update(notes).set({ body: 'by 2050, first' }).where(eq(notes.id, 'client'));
    vi.setSystemTime(new Date('1999-01-01'));
    await sync.sync();
    await client.db.update(notes).set({ body: 'by 1999, later' }).where(eq(notes.id, 'client'));
    await sync.sync();
    expect(await contents(server)).toBe(await contents(client));
    const [row] = await server.db.select().from(notes).where(eq(notes.id, 'client'));
    expect(row!.body).toBe('by 1999, later');
  });
});

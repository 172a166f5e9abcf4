/** Servers and clients that forget deletes, and clients that come back from before. */
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { SyncRequest } from '../../src/sync/protocol.js';
import { jsonCodec } from '../../src/sync/wire/json-codec.js';
import { changesOf } from './feed.js';
import { connect, note, notes, openSite, type Site, serve } from './world.js';

const rowsOf = ({ db }: Pick<Site, 'db'>) => db.select().from(notes).orderBy(notes.id);
const idsOf = async (site: Site) => (await rowsOf(site)).map(({ id }) => id);
const remove = (site: Site, id: string) => site.db.delete(notes).where(eq(notes.id, id));
const edit = (site: Site, id: string, body: string) =>
  site.db.update(notes).set({ body }).where(eq(notes.id, id));

const tombstonesIn = async ({ client }: Site) => {
  const sql = 'SELECT count(*) FROM notes__crr_clock WHERE causal_length % 2 = 0';
  return Number((await client.execute(sql)).rows[0]![0]);
};

/** All peers of a site were last heard of long ago. */
const beSilent = ({ client }: Site) => client.execute('UPDATE crr_peer SET seen = seen - 200');

/** A server whose rows 1 to 3 a client has. */
async function shared() {
  const [server, client] = [await openSite(), await openSite()];
  const handler = serve(server);
  const sync = connect(client, handler);
  await server.db.insert(notes).values([note('1'), note('2'), note('3')]);
  await sync.sync();
  await sync.sync();
  return { server, client, handler, sync };
}

/** The same; then the client is silent, and the server forgets that rows 1 and 2 were deleted. */
async function forgotten() {
  const world = await shared();
  const { server } = world;
  await remove(server, '1');
  await remove(server, '2');
  await beSilent(server);
  await server.crr.compact();
  expect(await tombstonesIn(server)).toBe(0);
  return world;
}

test('deletes that a client has not read are kept until it has', async () => {
  const { server, client, sync } = await shared();
  await remove(server, '1');
  expect(await server.crr.compact()).toMatchObject({
    tombstones: 0,
    heldBackBy: [{ siteId: await client.crr.siteId(), url: '' }],
  });
  await sync.sync();
  await client.db.insert(notes).values(note('4'));
  await sync.sync();
  expect(await server.crr.compact()).toMatchObject({ tombstones: 1, heldBackBy: [] });
  expect((await sync.sync()).requests).toBe(1);
  expect(await idsOf(client)).toEqual(['2', '3', '4']);
});

test('a client that only reads acknowledges with its next request, and an idle one makes the server write nothing', async () => {
  const { server, client, sync } = await shared();
  const before = await server.client.execute('SELECT version, seen FROM crr_peer');
  expect(before.rows).toMatchObject([{ version: 3 }]);
  await remove(server, '1');
  await sync.sync();
  await sync.sync();
  expect((await server.client.execute('SELECT version, seen FROM crr_peer')).rows).toEqual(
    before.rows,
  );
  await server.client.execute('UPDATE crr_peer SET seen = seen - 1');
  await sync.sync();
  expect((await server.client.execute('SELECT version, seen FROM crr_peer')).rows).toMatchObject([
    { version: 4, seen: before.rows[0]!.seen },
  ]);
  expect(await server.crr.compact()).toMatchObject({ tombstones: 1 });
  expect(await idsOf(client)).toEqual(['2', '3']);
});

test('a client forgets its deletes once the server has them', async () => {
  const { server, client, sync } = await shared();
  await remove(client, '1');
  expect(await client.crr.compact()).toMatchObject({ tombstones: 0 });
  await sync.sync();
  expect(await client.crr.compact()).toMatchObject({ tombstones: 1 });
  await client.db.insert(notes).values(note('1', { body: 'again' }));
  await sync.sync();
  expect(await rowsOf(server)).toEqual(await rowsOf(client));
  expect(await idsOf(server)).toEqual(['1', '2', '3']);
});

test('a peer that is silent for peerExpiry holds nothing back', async () => {
  const { server } = await shared();
  await remove(server, '1');
  await server.client.execute('UPDATE crr_peer SET seen = seen - 31');
  expect(await server.crr.compact()).toMatchObject({ tombstones: 0 });
  const peerExpiry = 30 * 24 * 3_600_000;
  expect(await server.crr.compact({ peerExpiry })).toMatchObject({ tombstones: 1 });
});

test('a client from before the horizon drops what is gone, and keeps its unsent rows', async () => {
  const { server, client, sync } = await forgotten();
  await client.db.insert(notes).values(note('9', { body: 'unsent' }));
  await edit(client, '3', 'edited');
  const result = await sync.sync();
  expect(result).toMatchObject({ refused: 0 });
  expect(await idsOf(client)).toEqual(['3', '9']);
  expect(await rowsOf(server)).toEqual(await rowsOf(client));
  expect((await sync.sync()).requests).toBe(1);
});

test('its edits of rows that are gone stay here, are refused, and are not sent', async () => {
  const { server, client, sync } = await forgotten();
  await edit(client, '1', 'edited');
  const result = await sync.sync();
  expect(result.refusedRows).toMatchObject([
    { key: { id: '1' }, code: 'CRR_CHANGE_FORGOTTEN', dropped: false },
  ]);
  expect(await idsOf(client)).toEqual(['1', '3']);
  await edit(client, '1', 'edited once more');
  expect((await sync.sync()).refusedRows).toHaveLength(1);
  expect(await idsOf(server)).toEqual(['3']);
  // Deleted and created again it is a new row.
  await remove(client, '1');
  await client.db.insert(notes).values(note('1', { body: 'new' }));
  expect((await sync.sync()).refusedRows).toHaveLength(0);
  expect(await rowsOf(server)).toEqual(await rowsOf(client));
  expect(await idsOf(server)).toEqual(['1', '3']);
});

test('a key that was deleted and forgotten can be created again by a client that does not know of it', async () => {
  const { server, client, sync } = await forgotten();
  const other = await openSite();
  const otherSync = connect(other, serve(server));
  await other.db.insert(notes).values(note('1', { body: 'by another' }));
  await otherSync.sync();
  expect(await idsOf(server)).toEqual(['1', '3']);
  await sync.sync();
  expect(await rowsOf(client)).toEqual(await rowsOf(server));
  await edit(client, '1', 'by both');
  await sync.sync();
  await otherSync.sync();
  expect(await rowsOf(other)).toEqual(await rowsOf(client));
});

test('what a living client still has as a tombstone does not keep a new row from it', async () => {
  const { server, client, sync } = await shared();
  await remove(server, '1');
  await sync.sync();
  await client.db.insert(notes).values(note('4'));
  await sync.sync();
  await server.crr.compact();
  expect(await tombstonesIn(client)).toBe(1);
  const other = await openSite();
  const otherSync = connect(other, serve(server));
  await other.db.insert(notes).values([note('1', { body: 'new' }), note('5')]);
  await otherSync.sync();
  await other.db.insert(notes).values(note('6'));
  await otherSync.sync();
  await sync.sync();
  expect(await rowsOf(client)).toEqual(await rowsOf(server));
  expect(await idsOf(client)).toEqual(['1', '2', '3', '4', '5', '6']);
});

test('rows that are filtered away are dropped as if they were gone', async () => {
  const [server, client] = [await openSite(), await openSite()];
  const handler = serve(server, {
    authorize: () => ({ id: 'ann', tables: { notes: { where: eq(notes.owner, 'ann') } } }),
  });
  const sync = connect(client, handler);
  await server.db.insert(notes).values([note('1'), note('2'), note('3')]);
  await sync.sync();
  await sync.sync();
  await remove(server, '1');
  await server.db.update(notes).set({ owner: 'bob' }).where(eq(notes.id, '2'));
  await beSilent(server);
  await server.crr.compact();
  await edit(client, '2', 'edited');
  const { refusedRows } = await sync.sync();
  expect(refusedRows).toMatchObject([{ key: { id: '2' }, code: 'CRR_CHANGE_FORGOTTEN' }]);
  // As after any edit of a row that it may not see any more.
  expect(await idsOf(client)).toEqual(['3']);
});

test('if more is forgotten while a client asks, it asks again', async () => {
  const { server, client, handler } = await forgotten();
  let isFirst = true;
  const sync = connect(client, async (request) => {
    const response = await handler(request);
    if (isFirst && response.status === 200) {
      isFirst = false;
      await remove(server, '3');
      await beSilent(server);
      await server.crr.compact();
    }
    return response;
  });
  await sync.sync();
  expect(await idsOf(client)).toEqual([]);
  expect(await idsOf(server)).toEqual([]);
});

test('a client that fails while it asks begins again', async () => {
  const { server, client, handler, sync } = await forgotten();
  let left = 1;
  const failing = connect(client, (request) => {
    if (left-- > 0) return handler(request);
    throw new Error('the line is cut');
  });
  await expect(failing.sync()).rejects.toMatchObject({ code: 'CRR_SYNC_NETWORK' });
  await sync.sync();
  expect(await rowsOf(client)).toEqual(await rowsOf(server));
});

test('a request from before the horizon changes nothing, even if it arrives late', async () => {
  const { server, client, handler } = await shared();
  const sent: Request[] = [];
  const recording = connect(client, (request) => {
    sent.push(request.clone());
    return handler(request);
  });
  await client.db.insert(notes).values(note('7'));
  await recording.sync();
  await remove(server, '7');
  await recording.sync();
  await client.db.insert(notes).values(note('8'));
  await recording.sync();
  await server.crr.compact();
  const before = await changesOf(server);
  const late = await handler(sent[0]!);
  expect(late.status).toBe(409);
  expect(await late.json()).toMatchObject({ error: { code: 'CRR_SYNC_HORIZON', birth: 3 } });
  expect(await changesOf(server)).toEqual(before);
});

test('the very first request of a client changes nothing either if it arrives late', async () => {
  const [server, client] = [await openSite(), await openSite()];
  const handler = serve(server);
  const sent: Request[] = [];
  const sync = connect(client, (request) => {
    sent.push(request.clone());
    return handler(request);
  });
  await server.db.insert(notes).values(note('0'));
  await client.db.insert(notes).values(note('1'));
  await sync.sync();
  await remove(server, '1');
  await sync.sync();
  await client.db.insert(notes).values(note('2'));
  await sync.sync();
  await server.crr.compact();
  expect((await handler(sent[0]!)).status).toBe(409);
  expect(await idsOf(server)).toEqual(['0', '2']);
});

test('a new client of a compacted server makes one request more to send its rows, and none if it has none', async () => {
  const { server } = await forgotten();
  const [empty, full] = [await openSite(), await openSite()];
  expect((await connect(empty, serve(server)).sync()).requests).toBe(1);
  await full.db.insert(notes).values(note('9'));
  expect((await connect(full, serve(server)).sync()).requests).toBe(2);
  expect(await rowsOf(full)).toEqual(await rowsOf(server));
  // What it has learned holds for rows that it creates from now on.
  await empty.db.insert(notes).values(note('1', { body: 'new' }));
  expect(new Set((await changesOf(empty)).map(({ cl }) => cl))).toContain(3);
  await connect(empty, serve(server)).sync();
  expect(await rowsOf(empty)).toEqual(await rowsOf(server));
});

test('a probe says no more of rows that a client may not see than of rows that never were', async () => {
  const server = await openSite();
  const handler = serve(server, {
    authorize: () => ({ id: 'ann', tables: { notes: { where: eq(notes.owner, 'ann') } } }),
  });
  await server.db.insert(notes).values([note('1'), note('2', { owner: 'bob' })]);
  const { changes } = await server.crr.changes();
  const [mine, others] = [...new Set(changes.map(({ pk }) => pk))];
  const never = Uint8Array.of(1, 11, 1, 120);
  const message: SyncRequest = {
    siteId: crypto.getRandomValues(new Uint8Array(16)),
    schema: '',
    probe: [mine!, others!, never].map((pk) => ({ table: 'notes', pk })),
  };
  const answer = await handler(
    new Request('http://server/', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: (await jsonCodec.encodeRequest(message)) as Uint8Array<ArrayBuffer>,
    }),
  );
  const { gone } = await jsonCodec.decodeResponse(new Uint8Array(await answer.arrayBuffer()), {
    maxMessageBytes: 2 ** 20,
  } as never);
  expect(gone!.map(({ pk }) => pk)).toEqual([others, never]);
});

test('a database that has forgotten deletes which a server never got takes its rows back', async () => {
  const { server, client, sync } = await shared();
  await remove(client, '1');
  await beSilent(client);
  await client.crr.compact();
  await sync.sync();
  expect(await rowsOf(client)).toEqual(await rowsOf(server));
  expect(await idsOf(client)).toEqual(['1', '2', '3']);
});

test('a server that was restored after it was compacted does not send clients away that know its deletes', async () => {
  const { server, client, sync } = await shared();
  await remove(server, '1');
  await sync.sync();
  await client.db.insert(notes).values(note('4'));
  await sync.sync();
  await server.crr.compact();
  await server.crr.rotateSiteId();
  await client.db.insert(notes).values(note('5'));
  await sync.sync();
  expect(await rowsOf(client)).toEqual(await rowsOf(server));
  expect(await idsOf(client)).toEqual(['2', '3', '4', '5']);
});

test('clients that were silent for too long are forgotten, but for the last one and those with an owner', async () => {
  const { server, handler } = await shared();
  const [second, owned] = [await openSite(), await openSite()];
  await connect(second, handler).sync();
  await connect(second, handler).sync();
  const authorize = () => ({ id: 'ann', forward: true });
  await connect(owned, serve(server, { authorize })).sync();
  await beSilent(server);
  await remove(server, '1');
  await server.crr.compact();
  const peers = await server.crr.transport.peers();
  expect(peers.length).toBeLessThan(3);
  expect(peers.map(({ owner }) => owner)).toContain('ann');
  await remove(server, '2');
  expect(await server.crr.compact()).toMatchObject({ tombstones: 1 });
});

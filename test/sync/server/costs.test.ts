/** What a request makes the server keep, or work through, has limits. */
import { describe, expect, test } from 'vitest';
import { packKey } from '../../../src/index.js';
import type { Change } from '../../../src/model/change.js';
import { MAX_NAME_BYTES, MAX_SKIP, MAX_TABLES } from '../../../src/sync/protocol.js';
import { CODECS } from '../../../src/sync/wire/codecs.js';
import { connect, note, notes, openSite, type Site, serve } from '../world.js';

const siteIdOf = (n: number) => {
  const id = new Uint8Array(16);
  new DataView(id.buffer).setUint32(4, n);
  return id;
};
const asOwner = (server: Site, id: string, limits = {}) =>
  serve(server, { authorize: () => ({ id }), limits });
const PULL = { cursor: 0, filter: '', skip: [] as number[], maxBytes: 1_000 };

async function send(
  handler: ReturnType<typeof serve>,
  message: object,
  codec: (typeof CODECS)[keyof typeof CODECS] = CODECS.binary,
) {
  const body = await codec.encodeRequest({ siteId: siteIdOf(1), schema: '', ...message });
  const headers = { 'content-type': codec.contentType, accept: 'application/json' };
  const response = await handler(new Request('http://x/', { method: 'POST', body, headers }));
  const json = (await response.json()) as { error?: { code: string; siteIds?: string[] } };
  return { status: response.status, ...json.error };
}

const change = (more: Partial<Change> = {}): Change => ({
  ...{ table: 'notes', pk: packKey(['a']), cid: 'body', val: 'x', col_version: 1 },
  ...{ db_version: 1, site_id: siteIdOf(1), cl: 1, seq: 0 },
  ...more,
});
const numbers = (length: number) => Array.from({ length }, (_, i) => i + 1);
const name = 'n'.repeat(MAX_NAME_BYTES);

describe.each(Object.values(CODECS))('a request as $contentType', (codec) => {
  const status = async (message: object) => {
    const server = await openSite();
    const { status, code } = await send(serve(server), message, codec);
    return code ?? status;
  };
  const position = (table: string) => ({
    since: 0,
    after: { db_version: 0, row: { table, key: '1' } },
  });

  test('has skips, tables and names up to a limit', async () => {
    expect(await status({ pull: { ...PULL, skip: numbers(MAX_SKIP) } })).toBe(200);
    expect(await status({ tables: numbers(MAX_TABLES).map(String), pull: PULL })).toBe(200);
    expect(
      await status({ receipt: name, ticket: { last: 'n'.repeat(32), next: '' }, pull: PULL }),
    ).toBe(200);
    expect(await status({ tables: [name], pull: { ...PULL, filter: name } })).toBe(200);
  });

  test.each([
    ['skips', { pull: { ...PULL, skip: numbers(MAX_SKIP + 1) } }],
    ['tables', { tables: numbers(MAX_TABLES + 1).map(String), pull: PULL }],
    ['bytes in a name', { tables: [`${name}n`], pull: PULL }],
    ['bytes of other characters in a name', { tables: [`${name.slice(2)}ää`], pull: PULL }],
    ['bytes in a filter', { pull: { ...PULL, filter: `${name}n` } }],
    ['bytes in a receipt', { receipt: `${name}n`, pull: PULL }],
    ['bytes in a ticket', { ticket: { last: 'n'.repeat(33), next: '' }, pull: PULL }],
    ['bytes in a schema', { schema: `${name}n`, pull: PULL }],
    ['bytes in a cursor', { push: { changes: [], through: position(`${name}n`) } }],
  ])('with more %s is refused', async (_, message) => {
    expect(await status(message)).toBe('CRR_SYNC_MALFORMED');
  });
});

test('a client with more skips than a server takes leaves out the oldest', async () => {
  const [server, client] = [await openSite(), await openSite()];
  const sync = connect(client, serve(server));
  await sync.sync();
  await client.client.execute(
    `UPDATE crr_peer SET skip = ',${numbers(3 * MAX_SKIP)
      .map((n) => n + 100)
      .join()},' WHERE direction = 'received'`,
  );
  await server.db.insert(notes).values(note('a'));
  expect(await sync.sync()).toMatchObject({ pulled: 5 });
});

test('the progress of only so many selections of tables is kept for a site', async () => {
  const server = await openSite();
  const handler = asOwner(server, 'ann');
  for (let i = 0; i < 30; i++) {
    const push = { changes: [change({ col_version: i + 1 })], through: i + 1 };
    const tables = ['notes', `t${i}`, 'x'.repeat(i * 30)];
    expect(await send(handler, { tables, push })).toMatchObject({ status: 200 });
  }
  const peers = await server.crr.transport.peers();
  expect(peers).toHaveLength(16);
  expect(Math.max(...peers.map(({ tag }) => tag.length))).toBeLessThanOrEqual(256);
  // The ones that are kept still move on.
  const push = { changes: [change({ col_version: 99 })], through: 99 };
  await send(handler, { tables: ['notes', 't0', ''], push });
  const [first] = (await server.crr.transport.peers()).filter(({ tag }) => tag.includes('t0'));
  expect(first!.received!.cursor).toBe(99);
});

test('one owner syncs with only so many sites; its other ones and other owners go on', async () => {
  const server = await openSite();
  const as = (id: string) => asOwner(server, id, { maxSitesPerOwner: 3 });
  for (const n of [1, 2, 3]) {
    expect(await send(as('ann'), { siteId: siteIdOf(n), pull: PULL })).toMatchObject({
      status: 200,
    });
  }
  const changes = [change({ site_id: siteIdOf(4) })];
  expect(
    await send(as('ann'), { siteId: siteIdOf(4), push: { changes, through: 1 } }),
  ).toMatchObject({ status: 403, code: 'CRR_SYNC_TOO_MANY_SITES' });
  expect(await server.db.select().from(notes)).toEqual([]);
  expect(await send(as('ann'), { siteId: siteIdOf(3), pull: PULL })).toMatchObject({ status: 200 });
  expect(await send(as('bob'), { siteId: siteIdOf(5), pull: PULL })).toMatchObject({ status: 200 });
});

test('a site that only pulled belongs to its owner', async () => {
  const [server, ann] = [await openSite(), await openSite()];
  await server.db.insert(notes).values(note('x'));
  await connect(ann, asOwner(server, 'ann')).sync();
  const siteId = await ann.crr.siteId();
  const push = { changes: [change({ site_id: siteId })], through: 1 };
  expect(await send(asOwner(server, 'mallory'), { siteId, push })).toMatchObject({
    status: 403,
    code: 'CRR_SYNC_SITE_TAKEN',
  });
  await ann.db.insert(notes).values(note('y'));
  expect(await connect(ann, asOwner(server, 'ann')).sync()).toMatchObject({ pushed: 5 });
});

test('changes of too many sites of nobody are named, and a client leaves them out', async () => {
  const [server, ann] = [await openSite(), await openSite()];
  const changes = numbers(150).map((n) => change({ pk: packKey([`${n}`]), site_id: siteIdOf(n) }));
  const answer = await send(asOwner(server, 'mallory'), { push: { changes, through: 1 } });
  expect(answer).toMatchObject({ status: 403, code: 'CRR_SYNC_FOREIGN_CHANGES' });
  expect(answer.siteIds).toHaveLength(49);
  await ann.crr.apply(
    changes.map((one) => ({
      ...one,
      site_id: siteIdOf(1_000 + one.seq + Number(new TextDecoder().decode(one.pk.slice(3)))),
    })),
  );
  await ann.db.insert(notes).values(note('hers'));
  await connect(ann, asOwner(server, 'ann')).sync();
  const rows = await server.db.select().from(notes);
  expect(rows).toHaveLength(101);
  expect(rows.map(({ id }) => id)).toContain('hers');
});

test('an empty key is refused, of a table that is known or not', async () => {
  const server = await openSite();
  for (const table of ['notes', 'unknown']) {
    const changes = [change({ table, pk: Uint8Array.of(0) })];
    expect(await send(serve(server), { push: { changes, through: 1 } })).toMatchObject({
      status: 422,
      code: 'CRR_SYNC_REFUSED_CHANGE',
    });
  }
});

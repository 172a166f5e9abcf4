/** A refused request leaves the whole database as it was, bookkeeping included; each of these once did not. */
import { beforeEach, describe, expect, test } from 'vitest';
import { packKey } from '../../../src/index.js';
import type { SyncRequest } from '../../../src/sync/protocol.js';
import { jsonCodec } from '../../../src/sync/wire/json-codec.js';
import { dump } from '../../support/dump.js';
import { changesOf, feedOf } from '../feed.js';
import { note, notes, openSite, type Site, serve } from '../world.js';

const PULL = { cursor: 0, filter: '', skip: [], maxBytes: 1_000 };
const WAITING = { since: 0, after: { db_version: 0 } };
let server: Site;
let client: Site;

beforeEach(async () => {
  server = await openSite();
  client = await openSite();
  await server.db.insert(notes).values(note('server'));
  await client.db.insert(notes).values(note('client'));
});

async function send(more: Partial<SyncRequest>, edit = (body: string) => body) {
  const request = { siteId: await client.crr.siteId(), schema: '', ...more };
  const body = edit(new TextDecoder().decode(await jsonCodec.encodeRequest(request)));
  const handler = serve(server, { authorize: () => ({ id: 'ann', tables: { notes: true } }) });
  const headers = { 'content-type': jsonCodec.contentType, accept: jsonCodec.contentType };
  const response = await handler(new Request('http://x/', { method: 'POST', body, headers }));
  const { error } = (await response.json()) as { error?: { code: string } };
  return [response.status, error?.code];
}

describe('a first request that is refused registers nobody', () => {
  test.each<[string, (push: SyncRequest['push']) => Partial<SyncRequest>, number, string]>([
    ['for a cursor that is ahead', () => ({ pull: { ...PULL, cursor: 99 } }), 409, 'CURSOR_AHEAD'],
    [
      'for a change that no database has made',
      (push) => ({
        push: { ...push!, changes: push!.changes.map((one) => ({ ...one, pk: packKey([null]) })) },
      }),
      422,
      'REFUSED_CHANGE',
    ],
    [
      'for a version that is too far ahead',
      (push) => ({
        push: { ...push!, changes: push!.changes.map((one) => ({ ...one, col_version: 2 ** 40 })) },
      }),
      422,
      'VERSION_JUMP',
    ],
  ])('%s', async (_, requestOf, status, code) => {
    const { changes, cursor } = await feedOf(client);
    const before = await dump(server.client);
    const request = requestOf({ changes, through: cursor });
    expect(await send(request)).toEqual([status, `CRR_SYNC_${code}`]);
    expect(await dump(server.client)).toBe(before);
  });

  test('and one that is answered does, by a pull alone, too', async () => {
    expect(await send({ pull: PULL })).toEqual([200, undefined]);
    const steal = serve(server, { authorize: () => ({ id: 'bob' }) });
    const body = await jsonCodec.encodeRequest({
      siteId: await client.crr.siteId(),
      schema: '',
      pull: PULL,
    });
    const headers = { 'content-type': jsonCodec.contentType };
    const response = await steal(new Request('http://x/', { method: 'POST', body, headers }));
    expect(response.status).toBe(403);
  });
});

describe('what is pushed beside a part that is refused is not merged', () => {
  const withChanges = async () => ({ push: { changes: await changesOf(client), through: 1 } });
  const cases: [string, () => Partial<SyncRequest>, (body: string) => string, number, string][] = [
    [
      'a probe for a key that is none',
      () => ({ probe: [{ table: 'notes', pk: new Uint8Array([9]) }] }),
      (body) => body,
      422,
      'REFUSED_CHANGE',
    ],
    [
      'a probe for a key of two columns',
      () => ({ probe: [{ table: 'notes', pk: packKey(['a', 'b']) }] }),
      (body) => body,
      400,
      'MALFORMED',
    ],
    ...['x', '9223372036854775808', '1.5', ''].map((key): (typeof cases)[number] => [
      `a cursor at the row "${key}"`,
      () => ({
        pull: {
          ...PULL,
          cursor: { ...WAITING, after: { db_version: 0, row: { table: 'notes', key: '7777' } } },
        },
      }),
      (body) => body.replace('"7777"', JSON.stringify(key)),
      400,
      'MALFORMED',
    ]),
  ];
  test.each(cases)('%s', async (_, more, edit, status, code) => {
    const before = await dump(server.client);
    const request = { ...(await withChanges()), ...more() };
    expect(await send(request, edit)).toEqual([status, `CRR_SYNC_${code}`]);
    expect(await dump(server.client)).toBe(before);
  });
});

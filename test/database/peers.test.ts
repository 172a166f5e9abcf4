import { eq } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { crrTable, packKey } from '../../src/index.js';
import { openSite } from '../support/site.js';

const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  owner: text('owner'),
  stars: integer('stars'),
});

async function open() {
  const db = await openSite({ notes });
  return { db, client: db.$client };
}

const note = (id: string, owner = 'ann') => ({ id, owner, stars: 1 });

describe('peers', () => {
  test('what an apply brought from a peer counts as sent to it, in the same transaction', async () => {
    const [a, b] = [await open(), await open()];
    await a.db.insert(notes).values([note('1'), note('2')]);
    const siteId = await a.db.$crr.siteId();
    const page = await a.db.$crr.changes();
    const nothing = { cursor: 0, skip: [] };
    const result = await b.db.$crr.transport.merge(page, {
      peer: { siteId, received: { cursor: page.cursor, skip: [] }, sent: nothing, url: 'http://a' },
    });
    const version = await b.db.$crr.version();
    expect(result.stamp).toBe(version);
    const [peer] = await b.db.$crr.transport.peers();
    expect(peer).toEqual({
      siteId,
      tag: '',
      filter: '',
      url: 'http://a',
      owner: null,
      receipt: '',
      ticket: '',
      seen: Math.floor(Date.now() / 86_400_000),
      received: { cursor: 2, skip: [] },
      sent: { cursor: version, skip: [] },
    });
  });

  test('after own writes that were not sent, what the peer brought is skipped', async () => {
    const [a, b] = [await open(), await open()];
    await b.db.insert(notes).values(note('own'));
    await a.db.insert(notes).values(note('1'));
    const siteId = await a.db.$crr.siteId();
    const page = await a.db.$crr.changes();
    const nothing = { cursor: 0, skip: [] };
    const result = await b.db.$crr.transport.merge(page, {
      peer: { siteId, received: { cursor: page.cursor, skip: [] }, sent: nothing },
    });
    const [peer] = await b.db.$crr.transport.peers();
    expect(peer!.sent).toEqual({ cursor: 0, skip: [result.stamp] });
    const { changes: toSend } = await b.db.$crr.transport.read({
      since: 0,
      skip: peer!.sent!.skip,
    });
    expect(new Set(toSend.map(({ pk }) => pk.join()))).toEqual(new Set([packKey(['own']).join()]));
  });

  test('an apply that changes nothing has no stamp, and lists nothing to skip', async () => {
    const [a, b] = [await open(), await open()];
    await a.db.insert(notes).values(note('1'));
    const page = (await a.db.$crr.changes()).changes;
    await b.db.$crr.apply(page);
    const siteId = await a.db.$crr.siteId();
    const nothing = { cursor: 0, skip: [] };
    const again = await b.db.$crr.transport.merge(page, { peer: { siteId, sent: nothing } });
    expect(again.stamp).toBeUndefined();
    expect((await b.db.$crr.transport.peers())[0]!.sent).toEqual(nothing);
  });

  test('onlyForward keeps the later cursor', async () => {
    const { db } = await open();
    const siteId = new Uint8Array(16).fill(7);
    for (const cursor of [9, 4]) {
      await db.$crr.transport.merge([], {
        peer: { siteId, received: { cursor, skip: [] }, owner: 'ann', onlyForward: true },
      });
    }
    expect((await db.$crr.transport.peers())[0]!.received!.cursor).toBe(9);
  });

  test('a database installed before there were peers gets the table', async () => {
    const { db, client } = await open();
    await client.execute('DROP TABLE crr_peer');
    await db.$crr.install();
    expect(await db.$crr.transport.peers()).toEqual([]);
  });
});

describe('transport.read({ where })', () => {
  const mine = { notes: { sql: '"notes"."owner" = ?', args: ['ann'] } };

  test('a row that comes to meet the condition travels whole', async () => {
    const { db } = await open();
    await db.insert(notes).values(note('1', 'bob'));
    const since = await db.$crr.version();
    expect((await db.$crr.transport.read({ where: mine })).changes).toHaveLength(0);
    await db.update(notes).set({ owner: 'ann' }).where(eq(notes.id, '1'));
    const cells = (await db.$crr.transport.read({ since, where: mine })).changes.map(
      ({ cid }) => cid,
    );
    expect(cells.sort()).toEqual(['owner', 'stars']);
  });

  test('a row that changed and does not meet it is hidden, a deleted one is told', async () => {
    const { db } = await open();
    await db.insert(notes).values([note('1'), note('2')]);
    const since = await db.$crr.version();
    await db.update(notes).set({ owner: 'bob' }).where(eq(notes.id, '1'));
    await db.delete(notes).where(eq(notes.id, '2'));
    const page = await db.$crr.transport.read({ since, where: mine });
    expect(page.hidden).toEqual([{ table: 'notes', pk: packKey(['1']) }]);
    expect(page.changes.map(({ pk, cid }) => [pk, cid])).toEqual([[packKey(['2']), '-1']]);
  });
});

describe('transport.merge({ evict })', () => {
  test('a row goes without a trace in the feed; one with unsent writes stays', async () => {
    const { db, client } = await open();
    await db.insert(notes).values([note('1'), note('2')]);
    const sent = await db.$crr.version();
    await db.update(notes).set({ stars: 5 }).where(eq(notes.id, '2'));
    const rows = ['1', '2'].map((id) => ({ table: 'notes', pk: packKey([id]) }));
    await db.$crr.transport.merge([], { evict: { rows, sent: { cursor: sent, skip: [] } } });
    expect((await db.select().from(notes)).map(({ id }) => id)).toEqual(['2']);
    expect(
      (await db.$crr.changes()).changes.every(({ pk }) => pk.join() === rows[1]!.pk.join()),
    ).toBe(true);
    const { rows: state } = await client.execute('SELECT applying FROM crr_state');
    expect(state[0]![0]).toBe(0);
  });
});

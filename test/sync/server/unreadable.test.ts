/** A value that queries cannot read would make those of everybody fail: its row is left out. */
import { integer, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable, mvr } from '../../../src/index.js';
import { createSync, createSyncHandler, type TableAccess } from '../../../src/sync/index.js';
import { memoryClient } from '../../support/client.js';
import { openSite } from '../../support/site.js';

const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  doc: text('doc', { mode: 'json' }).$type<{ n: number }>(),
  tags: mvr(text('tags', { mode: 'json' })),
  at: integer('at', { mode: 'timestamp' }),
  stars: integer('stars'),
  body: text('body'),
});
const events = crrTable('events', { id: integer('id').primaryKey(), body: text('body') });
const schema = { notes, events };

async function world(access: TableAccess | true = true) {
  const [server, device] = [
    await openSite(schema),
    await openSite(schema, memoryClient({ intMode: 'bigint' })),
  ];
  const fetch = createSyncHandler({
    db: server,
    authorize: () => ({ id: 'ann', tables: { notes: access, events: access } }),
    onError: (error) => console.error(error),
  });
  const sync = createSync({ db: device, fetch, retry: { attempts: 1 } });
  const write = (sql: string) => device.$client.execute(sql);
  return { server, device, sync, write };
}

test.each([
  ['text that is not JSON', "doc = '{'"],
  ['the same in a register', "tags = 'nope'"],
  ['text in place of a time', "at = 'soon'"],
  ['a time that is none', 'at = 9e15'],
  ['an integer beyond 2^53', `stars = ${2n ** 60n}`],
])('%s: the row is named, all others merge, and it comes when it is repaired', async (_, bad) => {
  const { server, device, sync, write } = await world();
  const at = new Date(1_800_000_000_000);
  const fine = { doc: { n: 1 }, tags: ['x'], at, stars: 5, body: 'b' };
  await device.insert(notes).values([
    { id: 'good', ...fine },
    { id: 'bad', ...fine },
  ]);
  await write(`UPDATE notes SET ${bad} WHERE id = 'bad'`);
  expect(await sync.sync()).toMatchObject({
    refused: 1,
    refusedRows: [{ table: 'notes', key: { id: 'bad' }, code: 'CRR_CHANGE_VALUE', dropped: false }],
  });
  expect(await server.select().from(notes)).toEqual([{ id: 'good', ...fine }]);
  await device.update(notes).set(fine);
  expect(await sync.sync()).toMatchObject({ refused: 0 });
  expect(await server.select().from(notes)).toHaveLength(2);
});

test('a key that queries cannot read', async () => {
  const { server, sync, write } = await world();
  await write(`INSERT INTO events VALUES (${2n ** 60n}, 'x'), (7, 'y')`);
  expect(await sync.sync()).toMatchObject({ refused: 1 });
  expect(await server.select().from(events)).toEqual([{ id: 7, body: 'y' }]);
});

test('what is odd but readable merges, and so does everything under values: any', async () => {
  const { server, sync, write } = await world();
  await write(
    "INSERT INTO notes (id, doc, stars, body) VALUES ('a', 'null', 'many', x'00'), ('b', NULL, 1.5, 7)",
  );
  expect(await sync.sync()).toMatchObject({ refused: 0 });
  expect(await server.$count(notes)).toBe(2);

  const any = await world({ values: 'any' });
  await any.write(`INSERT INTO notes (id, doc, stars) VALUES ('a', '{', ${2n ** 60n})`);
  expect(await any.sync.sync()).toMatchObject({ refused: 0 });
  expect(await any.server.$count(notes)).toBe(1);
});

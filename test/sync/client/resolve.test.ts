/** `resolve` of a sync decides the conflicts that it brings. */
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable } from '../../../src/index.js';
import { openSite } from '../../support/site.js';
import { connect, serve } from '../world.js';

const pages = crrTable(
  'pages',
  { id: text('id').primaryKey().notNull(), title: text('title') },
  { history: true },
);
const open = async () => ({ db: await openSite({ pages }) });

async function openPair() {
  const [server, client] = [await open(), await open()];
  const handler = serve(server);
  await server.db.insert(pages).values([
    { id: 'a', title: 'one' },
    { id: 'b', title: 'one' },
  ]);
  await connect(client, handler).sync();
  await server.db.update(pages).set({ title: 'theirs' });
  await client.db.update(pages).set({ title: 'ours' });
  return { server, client, handler };
}

test('conflicts are decided as they come, and the server gets the decision', async () => {
  const { server, client, handler } = await openPair();
  const sync = connect(client, handler, {
    resolve: ({ ours, theirs }) => ({ title: `${ours!.title} / ${theirs!.title}` }),
    note: { author: 'ann', message: 'kept both' },
  });
  await sync.sync();
  await sync.sync();
  for (const { db } of [server, client]) {
    const titles = (await db.select().from(pages)).map(({ title }) => title);
    expect(titles).toEqual(['ours / theirs', 'ours / theirs']);
    expect(await db.$crr.conflicts(pages)).toEqual([]);
    const [last] = await db.$crr.history(pages, { id: 'a' });
    expect(last).toMatchObject({ author: 'ann', message: 'kept both' });
  }
});

test('a decision that fails stops neither the others nor the sync', async () => {
  const { client, handler } = await openPair();
  const errors: unknown[] = [];
  const sync = connect(client, handler, {
    resolve({ key }) {
      if (key.id === 'a') throw new Error('cannot say');
      return { title: 'decided' };
    },
    onError: (error) => errors.push(error),
  });
  await sync.sync();
  expect(errors).toMatchObject([{ message: 'cannot say' }]);
  const conflicts = await client.db.$crr.conflicts(pages);
  expect(conflicts.map(({ key }) => key.id)).toEqual(['a']);
  expect((await client.db.select().from(pages))[1]).toMatchObject({ title: 'decided' });
});

test('what is no function, and a note that is none, are refused', async () => {
  const client = await open();
  const handler = serve(client);
  const refused = (options: object) => () => connect(client, handler, options);
  expect(refused({ resolve: 'ours' })).toThrow('resolve must be a function');
  expect(refused({ note: { auther: 'ann' } })).toThrow('did you mean "author"?');
  expect(refused({ note: { author: 5 } })).toThrow('note: author must be a text');
});

/** An embedded replica of libSQL: a file that follows a server's database, and the identity of that database. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { text } from 'drizzle-orm/sqlite-core';
import { expect, onTestFinished, test } from 'vitest';
import { counter, crrTable, increment, mvr, withCrr } from '../../src/index.js';
import { type Sqld, sqldBinary, startSqld } from '../../tools/sqld/index.js';
import { openClient } from '../support/client.js';
import { openSite } from '../support/site.js';

const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  body: text('body'),
  likes: counter('likes'),
  tag: mvr(text('tag')),
});
const schema = { notes };

/** A server's database, opened at the server and through a replica. */
async function world() {
  const directory = await mkdtemp(join(tmpdir(), 'drizzle-crr-'));
  const start = (port?: number) =>
    startSqld({ directory: join(directory, 'server'), ...(port && { port }) }) as Promise<Sqld>;
  let server = await start();
  const url = server.httpUrl;
  onTestFinished(async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  });
  const primary = await openSite(schema, openClient({ url }));
  const client = openClient({ url: `file:${join(directory, 'replica.db')}`, syncUrl: url });
  await client.sync();
  const replica = await openSite(schema, client, { ddl: [] });
  return {
    primary,
    replica,
    sync: () => client.sync(),
    stop: () => server.stop(),
    async restart() {
      server = await start(Number(new URL(url).port));
    },
  };
}

const testIf = sqldBinary() === undefined ? test.skip : test;
const title = (name: string) =>
  sqldBinary() === undefined ? `${name} (skipped: no sqld binary for this platform)` : name;

testIf(title('a replica is its primary: same identity, same versions'), async () => {
  const { primary, replica } = await world();
  expect(await replica.$crr.siteId()).toEqual(await primary.$crr.siteId());

  await replica.insert(notes).values({ id: 'a', body: 'one' });
  await replica.transaction(async (tx) => {
    await tx.insert(notes).values({ id: 'b', body: 'two' });
    await tx
      .update(notes)
      .set({ likes: increment(notes.likes, 2) })
      .where(eq(notes.id, 'b'));
  });
  expect(await replica.select().from(notes)).toHaveLength(2);
  expect(await primary.select().from(notes)).toHaveLength(2);
  expect(await primary.$crr.version()).toBe(2);
  expect(await replica.$crr.changes()).toEqual(await primary.$crr.changes());
});

testIf(title('what a site sends is applied at the primary, once'), async () => {
  const { primary, replica } = await world();
  const other = await openSite(schema);
  await other.insert(notes).values({ id: 'c', body: 'from elsewhere', likes: 3 });
  const page = await other.$crr.changes();
  expect((await replica.$crr.apply(page)).inserted).toHaveLength(1);
  expect((await primary.$crr.apply(page)).inserted).toHaveLength(0);
  expect(await primary.select().from(notes)).toEqual(await other.select().from(notes));
  expect(await replica.select().from(notes)).toEqual(await other.select().from(notes));
});

testIf(title('rows of the primary come with a sync, its changes without'), async () => {
  const { primary, replica, sync } = await world();
  const { cursor } = await replica.$crr.changes();
  await primary.insert(notes).values({ id: 'a', body: 'at the primary' });
  expect(await replica.select().from(notes)).toEqual([]);
  const { changes } = await replica.$crr.changes({ since: cursor });
  expect(changes.map(({ cid }) => cid)).toEqual(['body', 'tag']);
  await sync();
  expect(await replica.select().from(notes)).toHaveLength(1);
});

testIf(title('without its primary a replica still reads, and sends its changes'), async () => {
  const { primary, replica, sync, stop, restart } = await world();
  const other = await openSite(schema);
  await replica.insert(notes).values({ id: 'a', body: 'one' });
  const { cursor } = await replica.$crr.changes();
  await primary.insert(notes).values({ id: 'b', body: 'two' });
  await sync();
  const before = {
    siteId: await primary.$crr.siteId(),
    all: await primary.$crr.changes(),
    since: await primary.$crr.changes({ since: cursor }),
    version: await primary.$crr.version(),
  };

  await stop();
  expect({
    siteId: await replica.$crr.siteId(),
    all: await replica.$crr.changes(),
    since: await replica.$crr.changes({ since: cursor }),
    version: await replica.$crr.version(),
  }).toEqual(before);
  expect(await replica.$crr.pendingCount()).toBe(0);
  expect(await replica.$crr.conflicts(notes)).toEqual([]);
  const opened = withCrr(drizzle({ client: replica.$client }), { schema });
  expect(await opened.$crr.changes()).toEqual(before.all);
  const [rows] = await replica.batch([replica.select().from(notes)]);
  expect(rows).toHaveLength(2);
  await other.$crr.apply(await replica.$crr.changes());
  expect(await other.select().from(notes)).toHaveLength(2);

  const away = /WriteDelegation\(status: Unavailable/;
  const causeOf = (run: PromiseLike<unknown>) =>
    Promise.resolve(run).then(
      () => 'no error',
      (error: Error) => `${error.message} ${(error.cause as Error | undefined)?.message}`,
    );
  expect(await causeOf(replica.insert(notes).values({ id: 'c' }))).toMatch(away);
  expect(await causeOf(replica.$crr.apply(await other.$crr.changes()))).toMatch(away);
  expect(await causeOf(replica.transaction((tx) => tx.insert(notes).values({ id: 'd' })))).toMatch(
    away,
  );
  expect(await replica.select().from(notes)).toHaveLength(2);

  await restart();
  await replica.insert(notes).values({ id: 'e' });
  expect((await primary.select().from(notes)).map(({ id }) => id).sort()).toEqual(['a', 'b', 'e']);
  expect(await replica.$crr.changes()).toEqual(await primary.$crr.changes());
});

testIf(title('a sync in the middle of a snapshot is noticed'), async () => {
  const { primary, replica, sync } = await world();
  const version = async () => {
    const query = 'SELECT data_version FROM pragma_data_version';
    return (await replica.$client.execute(query)).rows.map((row) => row.data_version);
  };
  const before = await version();
  await sync();
  expect(await version()).toEqual(before);
  await primary.insert(notes).values({ id: 'a' });
  await sync();
  expect(await version()).not.toEqual(before);
});

/** Forgotten deletes at a relay: a database that is a server of its own clients, and a client of another server. */
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { connect, note, notes, openSite, type Site, serve } from './world.js';

const DAY = 24 * 3_600_000;

async function chain() {
  const [server, relay, leaf] = [await openSite(), await openSite(), await openSite()];
  const up = connect(relay, serve(server));
  const down = connect(leaf, serve(relay));
  return { server, relay, leaf, up, down };
}

const ids = async ({ db }: Site) =>
  (await db.select({ id: notes.id }).from(notes).orderBy(notes.id)).map(({ id }) => id);

/** Deletes a row and forgets that. */
async function forget({ db, crr }: Site, id: string): Promise<void> {
  await db.delete(notes).where(eq(notes.id, id));
  await crr.compact({ upTo: await crr.version(), peerExpiry: 0 });
}

test('a relay that meets a compacted server for the first time keeps what its clients sent to it', async () => {
  const { server, relay, leaf, up, down } = await chain();
  await server.db.insert(notes).values(note('gone'));
  await forget(server, 'gone');
  await leaf.db.insert(notes).values(note('a'));
  await down.sync();
  await leaf.db.insert(notes).values(note('b'));
  await down.sync();
  await up.sync();
  for (const site of [server, relay, leaf]) expect(await ids(site)).toEqual(['a', 'b']);
  // Not only the cells that were written after that.
  await leaf.db.update(notes).set({ stars: 5 }).where(eq(notes.id, 'a'));
  await down.sync();
  await up.sync();
  expect(await server.db.select().from(notes).where(eq(notes.id, 'a'))).toEqual(
    await leaf.db.select().from(notes).where(eq(notes.id, 'a')),
  );
});

test('clients of a relay drop what the relay drops when it comes back from before the horizon', async () => {
  const { server, relay, leaf, up, down } = await chain();
  await server.db.insert(notes).values([note('a'), note('b')]);
  for (let i = 0; i < 2; i++) {
    await up.sync();
    await down.sync();
  }
  await server.client.execute('UPDATE crr_peer SET seen = seen - 100');
  await server.db.delete(notes).where(eq(notes.id, 'a'));
  expect(await server.crr.compact({ peerExpiry: 90 * DAY })).toMatchObject({ tombstones: 1 });
  await leaf.db.insert(notes).values(note('c'));
  await up.sync();
  expect(await ids(relay)).toEqual(['b']);
  await down.sync();
  await up.sync();
  for (const site of [server, relay, leaf]) expect(await ids(site)).toEqual(['b', 'c']);
  expect([(await up.sync()).requests, (await down.sync()).requests]).toEqual([1, 1]);
});

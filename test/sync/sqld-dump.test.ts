/** The recipe of docs/operations.md: a server on sqld is lost, and another one gets its dump, under a new site id. */
import { expect, onTestFinished, test } from 'vitest';
import { sqldBinary, startSqld } from '../../tools/sqld/index.js';
import { openClient } from '../support/client.js';
import { expectSound } from '../support/sound.js';
import { connect, note, notes, openSite, serve } from './world.js';

async function start() {
  const server = (await startSqld())!;
  onTestFinished(() => server.stop());
  return server;
}

const isHere = sqldBinary() !== undefined;

test.skipIf(!isHere)(
  'a server is restored from a dump of sqld, takes a new site id, and gets back what was lost (skipped without sqld)',
  { timeout: 120_000 },
  async () => {
    const lost = await start();
    const server = await openSite(lost.httpUrl);
    const client = await openSite();
    const stranger = await openSite();
    await server.db
      .insert(notes)
      .values([
        note('dumped', { body: "it's\n\u0001", weight: 0.1, data: Buffer.from([0, 255]) }),
        note('deleted'),
      ]);
    await connect(client, serve(server)).sync();
    await connect(stranger, serve(server)).sync();
    const dump = await (await fetch(`${lost.httpUrl}/dump`)).text();
    // Written, sent to a client, and lost.
    await server.db.insert(notes).values(note('lost'));
    await client.db.delete(notes);
    await client.db.insert(notes).values(note('of the client'));
    await connect(client, serve(server)).sync();
    await lost.kill();

    const { httpUrl } = await start();
    await openClient({ url: httpUrl }).executeMultiple(dump);
    const restored = await openSite(httpUrl);
    const before = await restored.db.select().from(notes).orderBy(notes.id);
    expect(before.map(({ id }) => id)).toEqual(['deleted', 'dumped']);
    expect(before).toEqual(await stranger.db.select().from(notes).orderBy(notes.id));
    await restored.crr.rotateSiteId();
    await expectSound(restored.db);
    await stranger.db.insert(notes).values(note('of the stranger'));
    for (let round = 0; round < 2; round++) {
      for (const site of [client, stranger]) await connect(site, serve(restored)).sync();
    }
    const rows = await restored.db.select().from(notes).orderBy(notes.id);
    expect(rows.map(({ id }) => id)).toEqual(['lost', 'of the client', 'of the stranger']);
    for (const site of [client, stranger]) {
      expect(await site.db.select().from(notes).orderBy(notes.id)).toEqual(rows);
    }
    await expectSound(restored.db, client.db, stranger.db);
  },
);

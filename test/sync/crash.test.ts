/**
 * Crashes at any point: requests that never arrive, answers that never come back, clients that die
 * between an answer and their own commit. Random, with seeds: CRR_SEED and CRR_CRASHES set them.
 */
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { Fetch } from '../../src/sync/index.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { connect, contents, note, notes, openSite, type Site, serve } from './world.js';

const HISTORIES = numberFromEnv('CRR_CRASHES', 5);

/** A network that fails before or after the handler did its work, at random. */
function unreliable(handler: Fetch, random: Random, likely: number): Fetch {
  return async (request) => {
    if (random.chance(likely)) throw new TypeError('lost on the way there');
    const response = await handler(request);
    if (random.chance(likely)) throw new TypeError('lost on the way back');
    if (!random.chance(likely)) return response;
    const bytes = new Uint8Array(await response.arrayBuffer());
    return new Response(bytes.slice(0, random.int(bytes.length)), {
      status: response.status,
      headers: response.headers,
    });
  };
}

async function write(site: Site, random: Random) {
  const id = String(random.int(30));
  switch (random.int(4)) {
    case 0:
      return site.db.delete(notes).where(eq(notes.id, id));
    case 1: {
      const values = Array.from({ length: 8 }, (_, i) => note(`${id}-${i}`, { stars: i }));
      return site.db.insert(notes).values(values).onConflictDoNothing();
    }
    case 2:
      return site.db
        .update(notes)
        .set({ stars: random.int(9), body: 'x'.repeat(random.int(400)) })
        .where(eq(notes.id, id));
    default:
      return site.db.insert(notes).values(note(id)).onConflictDoNothing();
  }
}

test.each(Array.from({ length: HISTORIES }, (_, i) => i))('history %i', async (index) => {
  const random = new Random(hash(seedFromEnv(), 'crash', index));
  const server = await openSite();
  const clients = [await openSite(), await openSite(), await openSite()];
  const handlers = [serve(server), serve(server)];
  for (let round = 0; round < 12; round++) {
    for (const site of [server, ...clients]) {
      for (let n = random.int(5); n > 0; n--) await write(site, random);
    }
    for (const client of clients) {
      // A new client object each time: what it knew in memory is gone, as after a crash.
      const fetch = unreliable(random.pick(handlers), random, 0.15);
      const options = { chunkBytes: 300 + random.int(3_000), maxChanges: 20 + random.int(60) };
      await connect(client, fetch, options)
        .sync()
        .catch((error: { code?: string }) => {
          expect(['CRR_SYNC_NETWORK', 'CRR_SYNC_MALFORMED']).toContain(error.code);
        });
    }
  }
  for (const client of [...clients, ...clients]) await connect(client, handlers[0]!).sync();
  const end = await contents(server);
  for (const client of clients) expect((await contents(client)) === end).toBe(true);
  // Nothing is left over that would travel again.
  for (const client of clients) {
    expect(await connect(client, handlers[1]!).sync()).toMatchObject({
      pushed: 0,
      pulled: 0,
      requests: 1,
    });
  }
});

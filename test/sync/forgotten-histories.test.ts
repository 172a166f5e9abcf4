/**
 * Seeded histories of a server and its clients that write, delete and create the same keys again, while all of them forget
 * deletes. Some clients stay away for longer than peers are waited for. CRR_SEED sets the seed, CRR_HISTORIES the number.
 */
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { changesOf } from './feed.js';
import { connect, note, notes, openSite, type Site, serve } from './world.js';

const HISTORIES = numberFromEnv('CRR_HISTORIES', 4);
const STEPS = 50;
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];
const DAY = 24 * 3_600_000;

/** What the histories of this file have met: a seed that meets nothing checks nothing. */
const met = { forgotten: 0, told: 0, refused: 0 };

interface Client {
  readonly name: string;
  readonly site: Site;
  readonly sync: ReturnType<typeof connect>;
  /** Keys of rows whose edits were refused because the server has forgotten the rows. */
  readonly refused: Set<string>;
}

class World {
  #count = 0;
  readonly random: Random;
  /** Bodies that were deleted by somebody who saw them, so they must not come back on their own. */
  readonly deleted = new Set<string>();

  constructor(
    seed: number,
    readonly server: Site,
    readonly clients: readonly Client[],
  ) {
    this.random = new Random(seed);
  }

  async write(site: Site): Promise<void> {
    const { random } = this;
    const id = random.pick(KEYS);
    const body = `body ${++this.#count}`;
    const owner = random.pick(['ann', 'ann', 'ann', 'bob']);
    const [row] = await site.db.select().from(notes).where(eq(notes.id, id));
    if (row === undefined) {
      await site.db.insert(notes).values(note(id, { body, owner }));
    } else if (random.chance(0.5)) {
      await this.remove(site, id);
    } else if (random.chance(0.2)) {
      await site.client.execute({
        sql: 'INSERT OR REPLACE INTO notes (id, body, owner, stars) VALUES (?, ?, ?, 1)',
        args: [id, body, row.owner],
      });
    } else {
      await site.db.update(notes).set({ body }).where(eq(notes.id, id));
    }
  }

  /** Deletes a row, if it is there. */
  async remove(site: Site, id: string): Promise<void> {
    const [row] = await site.db.delete(notes).where(eq(notes.id, id)).returning();
    if (row !== undefined) this.deleted.add(row.body!);
  }

  async sync({ sync, refused }: Client): Promise<void> {
    const { refusedRows } = await sync.sync();
    refused.clear();
    for (const { key, code } of refusedRows) {
      if (code !== 'CRR_CHANGE_FORGOTTEN') continue;
      refused.add(String(key.id));
      met.refused++;
    }
  }

  async compact(site: Site, peerExpiry: number): Promise<void> {
    const known = await site.client.execute("SELECT 1 FROM crr_peer WHERE direction = 'sent'");
    if (known.rows.length === 0) return;
    const limit = 1 + this.random.int(3);
    met.forgotten += (await site.crr.compact({ peerExpiry, limit })).tombstones;
  }
}

/** Rows with versions and causal lengths, but for tombstones. */
async function livingContents(site: Site, without: ReadonlySet<string>) {
  const rows = (await site.db.select().from(notes).orderBy(notes.id)).filter(
    ({ id }) => !without.has(id),
  );
  const keys = new Set(rows.map(({ id }) => [1, 11, 1, id.charCodeAt(0)].join()));
  const clocks = (await changesOf(site))
    .filter(({ cid, cl, pk }) => cl % 2 === 1 && cid !== '-1' && keys.has(pk.join()))
    .map(({ pk, cid, col_version, cl }) => [pk.join(), cid, col_version, cl].join(' '));
  return { rows, clocks: clocks.sort() };
}

async function run(seed: number, filters: boolean): Promise<void> {
  const server = await openSite();
  const all = serve(server);
  const counting =
    (handler: typeof all): typeof all =>
    async (request) => {
      const answer = await handler(request);
      if (answer.status === 409) met.told++;
      return answer;
    };
  const anns = serve(server, {
    authorize: () => ({
      id: 'ann',
      tables: { notes: { where: eq(notes.owner, 'ann'), writeWhere: 'all' } },
    }),
  });
  const clients = await Promise.all(
    ['first', 'second', 'third'].map(async (name, i): Promise<Client> => {
      const site = await openSite();
      const sync = connect(site, counting(filters && i > 0 ? anns : all));
      return { name, site, sync, refused: new Set() };
    }),
  );
  const world = new World(seed, server, clients);
  const { random } = world;
  let away: Client | undefined;
  for (let step = 0; step < STEPS; step++) {
    const client = random.pick(clients);
    const what = random.int(10);
    if (what < 3) await world.write(client.site);
    else if (what < 4) await world.write(server);
    else if (what < 7 && client !== away) await world.sync(client);
    else if (what === 7) await world.compact(server, 90 * DAY);
    else if (what === 8) await world.compact(client.site, 90 * DAY);
    else if (away === undefined) away = client;
    else {
      const id = Buffer.from(await away.site.crr.siteId()).toString('hex');
      await server.client.execute(`UPDATE crr_peer SET seen = seen - 100 WHERE site_id = x'${id}'`);
      // Some of the rows that it has are deleted, and forgotten.
      for (const { id } of await away.site.db.select().from(notes)) {
        if (random.chance(0.4)) await world.remove(server, id);
      }
      for (const other of clients) {
        if (other === away || random.chance(0.2)) continue;
        await world.write(other.site);
        await world.sync(other);
        await world.write(other.site);
        await world.sync(other);
      }
      await world.compact(server, 90 * DAY);
      for (let i = random.int(6); i > 0; i--) await world.write(away.site);
      await world.sync(away);
      away = undefined;
    }
  }
  for (let round = 0; round < 3; round++) for (const client of clients) await world.sync(client);
  await world.compact(server, 90 * DAY);
  for (const { site } of clients) await world.compact(site, 90 * DAY);
  // Rows that are created after all of this win over whatever tombstones there are.
  for (const { site } of [{ site: server }, ...clients]) {
    await world.write(site);
  }
  for (let round = 0; round < 3; round++) for (const client of clients) await world.sync(client);

  for (const { site, refused, name } of clients) {
    const seen = await livingContents(site, refused);
    const expected = await livingContents(server, refused);
    const visible =
      filters && name !== 'first' ? seen.rows.every(({ owner }) => owner === 'ann') : true;
    expect(visible, `seed ${seed}: ${name} sees what it may`).toBe(true);
    if (filters && name !== 'first') {
      expected.rows = expected.rows.filter(({ owner }) => owner === 'ann');
      const keys = new Set(expected.rows.map(({ id }) => [1, 11, 1, id.charCodeAt(0)].join()));
      expected.clocks = expected.clocks.filter((clock) => keys.has(clock.split(' ')[0]!));
    }
    expect(seen, `seed ${seed}: ${name}`).toEqual(expected);
    const back = seen.rows.filter(({ body }) => world.deleted.has(body!));
    expect(back, `seed ${seed}: ${name} has rows that were deleted`).toEqual([]);
    const idsHere = new Set((await site.db.select().from(notes)).map(({ id }) => id));
    for (const id of refused) {
      expect(idsHere, `seed ${seed}: ${name} keeps what was refused`).toContain(id);
    }
  }
}

test.for([false, true])(
  'databases converge whoever forgets deletes, and whoever comes back (filters: %s)',
  { timeout: 1_200_000 },
  async (filters) => {
    for (let i = 0; i < HISTORIES; i++) await run(seedFromEnv() + i, filters);
    for (const [what, count] of Object.entries(met)) expect(count, what).toBeGreaterThan(0);
    if (process.env.CRR_SHOW) process.stderr.write(`${JSON.stringify(met)}\n`);
  },
);

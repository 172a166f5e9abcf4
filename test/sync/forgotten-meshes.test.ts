/**
 * Seeded histories of a mesh in which everybody forgets deletes: a server, a relay that is its client and a server of
 * its own, clients of either and of both, and one that also exchanges changes by hand. CRR_SEED sets the seed, CRR_HISTORIES the number.
 */
import { eq } from 'drizzle-orm';
import { afterAll, expect, test } from 'vitest';
import type { RefusedRowRef } from '../../src/sync/index.js';
import { numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { expectSound } from '../support/sound.js';
import { connect, note, notes, openSite, type Site, serve } from './world.js';

const HISTORIES = numberFromEnv('CRR_HISTORIES', 3);
const STEPS = 60;
const NAMES = ['server', 'relay', 'far', 'near', 'away'] as const;
type Name = (typeof NAMES)[number];
/** Who is a client of whom. */
const LINKS: readonly (readonly [client: Name, server: Name])[] = [
  ['relay', 'server'],
  ['far', 'relay'],
  ['near', 'server'],
  ['away', 'relay'],
];
/** Any site writes rows with these keys. */
const SHARED = ['s1', 's2', 's3'];

const met = { forgotten: 0, told: 0, expired: 0 };

class Mesh {
  readonly #random: Random;
  readonly #sites = new Map<Name, Site>();
  readonly #syncs = new Map<string, ReturnType<typeof connect>>();
  /** What a site last made of a row that only it writes: its body, or null. */
  readonly #own = new Map<string, string | null>();
  /** Bodies that somebody deleted, so they must not come back. */
  readonly #deleted = new Set<string>();
  /** Edits of rows that are gone stay where they were made, and are listed with each exchange. */
  readonly #refused = new Map<string, readonly RefusedRowRef[]>();
  #count = 0;

  private constructor(readonly seed: number) {
    this.#random = new Random(seed);
  }

  static async open(seed: number): Promise<Mesh> {
    const mesh = new Mesh(seed);
    for (const name of NAMES) mesh.#sites.set(name, await openSite());
    for (const [client, server] of LINKS) {
      const handler = serve(mesh.#site(server));
      const sync = connect(mesh.#site(client), async (request) => {
        const answer = await handler(request);
        if (answer.status === 409) met.told++;
        return answer;
      });
      mesh.#syncs.set(`${client} ${server}`, sync);
    }
    return mesh;
  }

  #site = (name: Name) => this.#sites.get(name)!;

  async step(): Promise<void> {
    const what = this.#random.int(12);
    if (what < 6) return this.#write(this.#random.pick(NAMES));
    if (what < 9) return this.#sync(this.#random.pick(LINKS));
    if (what < 11) return this.#compact(this.#random.pick(NAMES));
    return this.#expire(this.#random.pick(['server', 'relay'] as const));
  }

  async #write(name: Name): Promise<void> {
    const { db } = this.#site(name);
    const isOwn = this.#random.chance(0.6);
    const id = isOwn ? `${name} ${this.#random.int(3)}` : this.#random.pick(SHARED);
    const [row] = await db.select().from(notes).where(eq(notes.id, id));
    const body = `body ${++this.#count}`;
    if (row === undefined) {
      await db.insert(notes).values(note(id, { body }));
    } else if (this.#random.chance(0.5)) {
      await db.delete(notes).where(eq(notes.id, id));
      this.#deleted.add(row.body!);
      if (isOwn) this.#own.set(id, null);
      return;
    } else {
      await db.update(notes).set({ body }).where(eq(notes.id, id));
    }
    if (isOwn) this.#own.set(id, body);
  }

  async #sync([client, server]: (typeof LINKS)[number]): Promise<void> {
    const link = `${client} ${server}`;
    const { refusedRows } = await this.#syncs.get(link)!.sync();
    this.#refused.set(link, refusedRows);
  }

  async #compact(name: Name): Promise<void> {
    const { client, crr } = this.#site(name);
    const { rows } = await client.execute("SELECT 1 FROM crr_peer WHERE direction = 'sent'");
    if (rows.length === 0) return;
    met.forgotten += (await crr.compact({ limit: 1 + this.#random.int(3) })).tombstones;
  }

  /** A client is not waited for any more, whatever it lacks. */
  async #expire(name: Name): Promise<void> {
    const { client } = this.#site(name);
    const { rows } = await client.execute(
      "SELECT DISTINCT hex(site_id) FROM crr_peer WHERE url = ''",
    );
    if (rows.length === 0) return;
    met.expired++;
    await client.execute(
      `UPDATE crr_peer SET seen = seen - 100 WHERE hex(site_id) = '${this.#random.pick(rows)[0]}'`,
    );
    await this.#compact(name);
  }

  async end(): Promise<void> {
    for (let round = 0; round < 5; round++) for (const link of LINKS) await this.#sync(link);
    const refused = new Set<string>();
    for (const { key, code } of [...this.#refused.values()].flat()) {
      expect([code, String(key.id)[0]], `seed ${this.seed}`).toEqual(['CRR_CHANGE_FORGOTTEN', 's']);
      refused.add(String(key.id));
    }
    const all = await Promise.all(
      NAMES.map(async (name) => (await this.#rows(name)).filter(({ id }) => !refused.has(id))),
    );
    for (const [i, rows] of all.entries()) {
      expect(rows, `seed ${this.seed}: ${NAMES[i]} and the server`).toEqual(all[0]);
    }
    const bodies = new Map(all[0]!.map(({ id, body }) => [id, body]));
    for (const [id, body] of this.#own) {
      expect(bodies.get(id) ?? null, `seed ${this.seed}: row ${id}`).toBe(body);
    }
    const back = [...bodies.values()].filter((body) => this.#deleted.has(body!));
    expect(back, `seed ${this.seed}: rows that were deleted`).toEqual([]);
    await expectSound(...NAMES.map((name) => this.#site(name).db));
  }

  async #rows(name: Name) {
    return this.#site(name).db.select().from(notes).orderBy(notes.id);
  }
}

test.each(Array.from({ length: HISTORIES }, (_, i) => seedFromEnv() + i))(
  'a mesh converges, loses no write and brings nothing back, whoever forgets deletes: seed %i',
  { timeout: 120_000 },
  async (seed) => {
    const mesh = await Mesh.open(seed);
    for (let step = 0; step < STEPS; step++) await mesh.step();
    await mesh.end();
  },
);

afterAll(() => {
  for (const [what, count] of Object.entries(met)) expect(count, what).toBeGreaterThan(0);
});

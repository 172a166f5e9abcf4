/**
 * Random histories of sites that prune when they like: heads are those of a model that forgets nothing, and what is after
 * the horizon is as it was.
 */
import { eq, sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { type CrrDatabaseError, type Cursor, explainError } from '../../src/index.js';
import { numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { countMissing } from './missing.js';
import { levelOf, ModelledSite, notes } from './model.js';
import { randomWrite } from './random-write.js';

const HISTORIES = numberFromEnv('CRR_HISTORIES', 4);
const STEPS = 32;
const SEED = seedFromEnv();

test.each(Array.from({ length: HISTORIES }, (_, i) => SEED + i))('seed %i', async (seed) => {
  const random = new Random(seed);
  const all = new Map();
  const open = async () => new PruningSite(await ModelledSite.open(all, levelOf(seed)));
  const sites = [await open(), await open(), await open()];
  const cursors = new Map<string, number | Cursor>();
  const wrong: string[] = [];
  const [from, to] = [() => random.pick(sites), () => random.pick(sites)];

  const deliver = async (a: PruningSite, b: PruningSite) => {
    const id = `${sites.indexOf(a)}>${sites.indexOf(b)}`;
    const page = await a.db.$crr.changes({
      since: cursors.get(id) ?? 0,
      limit: 1 + random.int(60),
    });
    await b.db.$crr.apply(page);
    cursors.set(id, page.cursor);
    wrong.push(...(await b.received()));
  };
  /** Everything again, in any order. */
  const offerAgain = async (a: PruningSite, b: PruningSite) => {
    const { changes } = await a.db.$crr.changes();
    await b.db.$crr.apply(random.shuffle([...changes, ...changes.slice(0, 5)]));
    wrong.push(...(await b.received()));
  };

  wrong.push(...(await sites[0]!.write(() => createRows(sites[0]!.site))));
  for (const site of sites) if (site !== sites[0]) await offerAgain(sites[0]!, site);
  for (let step = 0; step < STEPS; step++) {
    const site = to();
    switch (random.int(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        wrong.push(...(await site.write(() => writeOften(site.site, random))));
        break;
      case 4:
      case 5:
      case 6:
        await deliver(from(), site);
        break;
      case 7:
        await offerAgain(from(), site);
        break;
      case 8:
      case 9:
      case 10: {
        await site.prune(random);
        // Whoever begins with what is left knows of each cell the same heads.
        const late = await open();
        await offerAgain(site, late);
        wrong.push(...(await late.site.wrongHeads()));
        break;
      }
      default:
        // It joins late, and knows what a site that has pruned can give it.
        if (sites.length < 5 && step > STEPS / 3) {
          sites.push(await open());
          await deliver(from(), sites.at(-1)!);
        }
    }
    wrong.push(...(await site.site.wrongHeads()), ...(await site.site.wrongForks(true)));
    expect(wrong, `step ${step}`).toEqual([]);
  }
  for (const site of sites) expect(await site.wrongPast(), 'past').toEqual([]);
  const [hub, ...others] = sites;
  for (const round of [0, 1]) {
    for (const site of others) await offerAgain(site, hub!);
    for (const site of others) await offerAgain(hub!, site);
    if (round === 0) await random.pick(sites).prune(random);
  }
  const rows = await hub!.site.rows();
  for (const site of sites) {
    expect(wrong).toEqual([]);
    expect(await site.site.rows()).toEqual(rows);
    expect(await site.site.wrongHeads()).toEqual([]);
    expect(await site.site.wrongForks(true)).toEqual([]);
    expect(await site.wrongPast()).toEqual([]);
    expect(await countMissing(site.db), 'cells without an event').toBe(0);
    expect((await site.db.$crr.verify()).findings).toEqual([]);
  }
});

const createRows = ({ db }: ModelledSite) =>
  db.insert(notes).values(['a', 'b'].map((id) => ({ id, title: 'new' })));

/** Mostly updates of the same few cells, so that there is a past which can go. */
async function writeOften(site: ModelledSite, random: Random): Promise<void> {
  const { db } = site;
  const text = () => random.pick(['x', 'y', 'z', null]);
  for (let n = random.int(5); n >= 0; n--) {
    const is = eq(notes.id, random.pick(['a', 'b']));
    switch (random.int(16)) {
      case 0:
        await randomWrite(site, random);
        break;
      case 1:
      case 2:
      case 3:
        await db.update(notes).set({ votes: sql`votes + 1`, status: text() }).where(is);
        break;
      case 4:
        await db
          .insert(notes)
          .values({ id: random.pick(['a', 'b']), title: text() })
          .onConflictDoUpdate({ target: notes.id, set: { title: text() } });
        break;
      case 5:
      case 6:
        await db
          .update(notes)
          .set({ title: text(), size: random.int(3) })
          .where(is);
        break;
      case 7:
        await db
          .update(notes)
          .set({ seen: text(), best: random.int(9) })
          .where(is);
        break;
      default:
        await db.update(notes).set({ title: text() }).where(is);
    }
  }
}

/** A site that prunes, and remembers what it showed. */
class PruningSite {
  readonly #shown = new Map<number, string>();
  #horizon = 0;

  constructor(readonly site: ModelledSite) {}

  get db() {
    return this.site.db;
  }

  async write(run: () => Promise<unknown>): Promise<string[]> {
    const wrong = await this.site.write(run);
    await this.#remember();
    return wrong;
  }

  async received(): Promise<string[]> {
    const wrong = await this.site.received();
    await this.#remember();
    return wrong;
  }

  async #remember(): Promise<void> {
    const rows = await this.db.select().from(notes).orderBy(notes.id);
    this.#shown.set(await this.db.$crr.version(), JSON.stringify(rows));
  }

  async prune(random: Random): Promise<void> {
    const version = await this.db.$crr.version();
    const upTo = random.pick([version, random.int(1 + version)]);
    const { horizons } = await this.db.$crr.prune({
      upTo,
      keep: random.pick([0, 0, 1, 3]),
      limit: random.pick([1, 3, 1_000]),
    });
    expect(horizons.notes).toBeGreaterThanOrEqual(this.#horizon);
    this.#horizon = horizons.notes!;
    expect(this.#horizon === 0 || this.#horizon <= Math.max(upTo, this.#horizon)).toBe(true);
  }

  /** Moments at which the past is not what was shown then. */
  async wrongPast(): Promise<string[]> {
    const wrong: string[] = [];
    for (const [version, rows] of this.#shown) {
      const past = this.db.$crr.asOf(this.site.table, { version });
      const then = await this.db
        .select()
        .from(past)
        .orderBy(past.id)
        .then(JSON.stringify, (error) => (explainError(error) as CrrDatabaseError).code);
      const expected = version < this.#horizon ? 'CRR_HISTORY_PRUNED' : rows;
      if (then !== expected) wrong.push(`${version}: ${then}, expected ${expected}`);
    }
    return wrong;
  }
}

/** Sites without history among those with it: what the clocks know is in the log, whichever way it came. */
import { eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { type Cursor, crrTable } from '../../src/index.js';
import { numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { exchange, migrate, openSite } from '../support/site.js';
import { countMissing } from './missing.js';
import { columns, notes, schema } from './model.js';

const HISTORIES = numberFromEnv('CRR_HISTORIES', 5);
const SEED = seedFromEnv();
const plain = crrTable('notes', columns());

test.each(Array.from({ length: HISTORIES }, (_, i) => SEED + i))('seed %i', async (seed) => {
  const random = new Random(seed);
  const sites = [await openSite(schema), await openSite(schema)];
  const all = [...sites, (await openSite({ notes: plain })) as unknown as (typeof sites)[0]];
  const cursors = new Map<string, number | Cursor>();
  const deliver = async (from: number, to: number, limit?: number) => {
    const id = `${from}>${to}`;
    const page = await all[from]!.$crr.changes({ since: cursors.get(id) ?? 0, limit });
    await all[to]!.$crr.apply(page);
    cursors.set(id, page.cursor);
    return page.changes.length;
  };
  for (let step = 0; step < 24; step++) {
    const from = random.int(3);
    if (random.int(5) < 3) await write(all[from]!, random);
    else await deliver(from, (from + 1 + random.int(2)) % 3, 1 + random.int(20));
    for (const site of sites) expect(await countMissing(site)).toBe(0);
  }
  const ways = [0, 1, 2].flatMap((from) => [0, 1, 2].map((to) => [from, to] as const));
  for (let moved = 1; moved > 0; ) {
    moved = 0;
    for (const [from, to] of ways) if (from !== to) moved += await deliver(from, to);
  }
  const rows = await Promise.all(all.map((site) => site.select().from(notes).orderBy(notes.id)));
  expect(rows[1]).toEqual(rows[0]);
  expect(rows[2]).toEqual(rows[0]);
  for (const site of sites) {
    expect(await countMissing(site)).toBe(0);
    const now = site.$crr.asOf(notes, { version: await site.$crr.version() });
    expect(await site.select().from(now).orderBy(now.id)).toEqual(rows[0]);
    expect((await site.$crr.verify()).findings).toEqual([]);
  }
});

async function write(db: Awaited<ReturnType<typeof openSite<typeof schema>>>, random: Random) {
  const key = random.pick(['a', 'b', 'c']);
  const is = eq(notes.id, key);
  const title = random.pick(['x', 'y', null]);
  switch (random.int(6)) {
    case 0:
      return db
        .insert(notes)
        .values({ id: key, title, size: random.int(9) })
        .onConflictDoNothing();
    case 1:
      return db.run(sql`INSERT OR REPLACE INTO notes (id, title) VALUES (${key}, ${title})`);
    case 2:
      return db
        .update(notes)
        .set({ title, size: random.int(3) })
        .where(is);
    case 3:
      return db.update(notes).set({ seen: title, status: title }).where(is);
    case 4:
      return db
        .update(notes)
        .set({ votes: sql`votes + 1`, best: random.int(9) })
        .where(is);
    default:
      return db.delete(notes).where(is);
  }
}

describe('a register that sites without history write, as of now, is what the table shows', () => {
  const status = (value: string) => ({ status: value });
  const open = async () => {
    const [a, b] = [await openSite(schema), await openSite(schema)];
    const without = (await openSite({ notes: plain })) as unknown as typeof a;
    await a.insert(notes).values({ id: 'a' });
    for (const site of [b, without]) await site.$crr.apply(await a.$crr.changes());
    return { a, b, without };
  };
  const shown = async (site: Awaited<ReturnType<typeof openSite<typeof schema>>>) => {
    const now = site.$crr.asOf(notes, { version: await site.$crr.version() });
    const [[row], [past]] = [await site.select().from(notes), await site.select().from(now)];
    return [row?.status, past?.status];
  };

  test('beside an own value that is greater', async () => {
    const { a, without } = await open();
    await a.update(notes).set(status('y'));
    await without.update(notes).set(status('x'));
    await a.$crr.apply(await without.$crr.changes());
    expect(await shown(a)).toEqual(['y', 'y']);
    // The next write ends it, as ever.
    await a.update(notes).set(status('a'));
    expect(await shown(a)).toEqual(['a', 'a']);
  });

  test('beside a later event of a site that did not have it, and has written more often', async () => {
    const { a, b, without } = await open();
    await without.update(notes).set(status('y'));
    await a.$crr.apply(await without.$crr.changes());
    for (const value of ['w', 'x']) await b.update(notes).set(status(value));
    await a.$crr.apply(await b.$crr.changes());
    expect(await shown(a)).toEqual(['y', 'y']);
  });

  test('overwritten by an event of a site that had it, and has written less often', async () => {
    const { a, b, without } = await open();
    for (const value of ['w', 'y']) await without.update(notes).set(status(value));
    for (const site of [a, b]) await site.$crr.apply(await without.$crr.changes());
    await b.update(notes).set(status('x'));
    await a.$crr.apply(await b.$crr.changes());
    expect(await shown(a)).toEqual(['x', 'x']);
  });

  test('with several values from before the table had history', async () => {
    const [a, b] = [await openSite({ notes: plain }), await openSite({ notes: plain })];
    await a.insert(plain).values({ id: 'a' });
    await exchange(a, b);
    await a.update(plain).set(status('y'));
    for (const value of ['w', 'x']) await b.update(plain).set(status(value));
    await exchange(a, b);
    await migrate(a, notes);
    const site = (await openSite(schema, a.$client, { ddl: [] })) as Parameters<typeof shown>[0];
    expect(await shown(site)).toEqual(['y', 'y']);
    await site.update(notes).set(status('b'));
    expect(await shown(site)).toEqual(['b', 'b']);
  });
});

import { eq, sql } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import {
  crrTable,
  fractIndex,
  fractOrder,
  fractOrderBy,
  lww,
  packKey,
} from '../../../src/index.js';
import { bytesToHex } from '../../../src/model/value.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../../support/random.js';
import { applyAtRandom, deliver, type MeshSite, openMeshSite, rowsOf, settle } from './mesh.js';

const cards = crrTable('cards', {
  id: text('id').primaryKey().notNull(),
  list: text('list').notNull().default('todo'),
  mood: lww(text('mood'), { by: 'time' }),
  position: fractIndex('position', { within: ['list'] }),
});
const schema = { cards };
const IDS = ['a', 'b', 'c', 'd', 'e'];
const LISTS = ['todo', 'done'];
const STEPS = 40;
const HISTORIES = Math.ceil(numberFromEnv('CRR_HISTORIES', 40) / 10);

interface Write {
  readonly cl: number;
  readonly version: number;
  readonly value: string;
}

test('the latest write stands, and lists have one order', { timeout: 86_400_000 }, async () => {
  const seed = seedFromEnv();
  for (let history = 0; history < HISTORIES; history++) {
    const random = new Random(hash('timed-and-ordered', seed, history));
    await runHistory(random, `CRR_SEED=${seed}, history ${history}`);
  }
});

async function runHistory(random: Random, label: string): Promise<void> {
  const sites = await Promise.all([0, 1, 2].map(() => openMeshSite(schema)));
  const writes = new Map<string, Write[]>(IDS.map((id) => [id, []]));
  for (let step = 0; step < STEPS; step++) {
    const site = random.pick(sites);
    if (random.chance(0.3)) await deliver(random, random.pick(sites), site);
    else await write(random, site, writes, `v${step}`);
  }
  const stranger = await openMeshSite(schema);
  for (const site of random.shuffle(sites)) {
    await applyAtRandom(random, stranger, (await site.db.$crr.changes()).changes);
  }
  await settle(sites);
  const rows = await rowsOf(sites[0]!, 'cards');
  const order = await lists(sites[0]!);
  for (const site of [...sites.slice(1), stranger]) {
    expect(await rowsOf(site, 'cards'), label).toEqual(rows);
    expect(await lists(site), label).toEqual(order);
  }
  for (const { id, mood } of await moods(sites[0]!)) {
    const cl = await causalLength(sites[0]!, id);
    const ofLife = writes.get(id)!.filter((one) => one.cl === cl);
    // Two sites may write in one millisecond: equal versions are decided by the greater value.
    const wins = (a: Write, b: Write) =>
      b.version > a.version || (b.version === a.version && b.value > a.value);
    const latest = ofLife.reduce((a, b) => (wins(a, b) ? b : a));
    expect(mood, `${label}: ${id}`).toBe(latest.value);
  }
  // The next insert between any two neighbours finds room, whatever became of their keys.
  const before = order.todo!;
  const at = random.int(before.length + 1);
  const place = at === 0 ? 'first' : { after: before[at - 1]! };
  await fractOrder(sites[0]!.db, cards, 'position').insert({ id: 'new', list: 'todo' }, place);
  await settle(sites);
  for (const site of sites) {
    expect((await lists(site)).todo, label).toEqual(before.toSpliced(at, 0, 'new'));
  }
}

async function write(
  random: Random,
  site: MeshSite,
  writes: ReadonlyMap<string, Write[]>,
  mood: string,
): Promise<void> {
  const { db } = site;
  const order = fractOrder(db, cards, 'position');
  const id = random.pick(IDS);
  const others = (await moods(site)).filter((row) => row.id !== id);
  const exists = (await moods(site)).some((row) => row.id === id);
  const anchor = others.length > 0 ? random.pick(others) : undefined;
  const place =
    anchor === undefined || random.chance(0.3)
      ? random.pick(['first', 'last'] as const)
      : random.chance(0.5)
        ? { after: anchor.id }
        : { before: anchor.id };
  const list = typeof place === 'string' || !anchor ? random.pick(LISTS) : anchor.list;
  if (!exists) await order.insert({ id, list, mood }, place);
  else if (random.chance(0.2)) {
    await db.delete(cards).where(eq(cards.id, id));
    return;
  } else if (random.chance(0.4)) {
    await order.move(id, place, { list });
    return;
  } else if (random.chance(0.3)) {
    await db.run(sql`INSERT OR REPLACE INTO cards VALUES (${id}, ${list}, ${mood}, 'a ')`);
  } else await db.update(cards).set({ mood }).where(eq(cards.id, id));
  const pk = bytesToHex(packKey([id]));
  const change = (await db.$crr.changes()).changes.find(
    (one) => one.cid === 'mood' && bytesToHex(one.pk) === pk,
  )!;
  expect(change.val).toBe(mood);
  writes.get(id)!.push({ cl: change.cl, version: change.col_version, value: mood });
}

const moods = ({ db }: MeshSite) =>
  db.select({ id: cards.id, list: cards.list, mood: cards.mood }).from(cards);

async function causalLength({ client }: MeshSite, id: string): Promise<number> {
  const { rows } = await client.execute({
    sql: 'SELECT causal_length AS cl FROM cards__crr_clock WHERE key_id = ?',
    args: [id],
  });
  return Number(rows[0]!.cl);
}

async function lists({ db }: MeshSite): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const list of LISTS) {
    const rows = await db
      .select({ id: cards.id })
      .from(cards)
      .where(eq(cards.list, list))
      .orderBy(...fractOrderBy(cards, 'position'));
    all[list] = rows.map(({ id }) => id);
  }
  return all;
}

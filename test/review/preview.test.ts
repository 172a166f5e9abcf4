/** A preview is what the apply then does, and leaves the database as it is. */
import { eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { CrrChangeError, type Cursor } from '../../src/index.js';
import { dump } from '../support/dump.js';
import { describeEachEngine } from '../support/engines.js';
import { numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { exchange } from '../support/site.js';
import {
  notes,
  openWorld,
  rowsOf,
  schema,
  spans,
  teams,
  users,
  type World,
  writeSome,
} from './world.js';

const SEED = seedFromEnv();
const HISTORIES = numberFromEnv('CRR_HISTORIES', 2);
const STEPS = 16;

/** Rows by their keys, as the tables show them. */
async function shown(db: World): Promise<Map<string, unknown>> {
  const rows = new Map<string, unknown>();
  for (const [name, table] of Object.entries(schema)) {
    for (const row of await db.select().from(table)) rows.set(`${name} ${row.id}`, row);
  }
  return rows;
}

describe('random histories', () => {
  test.each(Array.from({ length: HISTORIES }, (_, i) => SEED + i))('seed %i', async (seed) => {
    const random = new Random(seed);
    const sites = await Promise.all([openWorld(), openWorld(), openWorld()]);
    const cursors = new Map<string, number | Cursor>();
    for (let step = 0; step < STEPS; step++) {
      await writeSome(random.pick(sites), random, 1 + random.int(4));
      const from = random.int(3);
      const to = (from + 1 + random.int(2)) % 3;
      const source = sites[from]!;
      const target = sites[to]!;
      const page = await source.$crr.changes({
        since: random.chance(0.2) ? 0 : (cursors.get(`${from}>${to}`) ?? 0),
        limit: 1 + random.int(60),
      });
      cursors.set(`${from}>${to}`, page.cursor);
      const before = await dump(target.$client);
      const rowsBefore = await shown(target);
      const plan = await target.$crr.preview(page);
      expect(await dump(target.$client)).toBe(before);
      const { rows, ...expected } = plan;
      expect({ ...(await target.$crr.apply(page)) }).toEqual({ ...expected });
      const rowsAfter = await shown(target);
      const previewed = new Set<string>();
      for (const { table, key, ours, merged, conflicts } of rows) {
        const id = `${table} ${key.id}`;
        previewed.add(id);
        expect([id, merged]).toEqual([id, rowsAfter.get(id)]);
        expect([id, ours]).toEqual([id, rowsBefore.get(id)]);
        for (const { heads } of conflicts ?? []) expect(heads.length).toBeGreaterThan(1);
      }
      for (const id of new Set([...rowsBefore.keys(), ...rowsAfter.keys()])) {
        if (previewed.has(id)) continue;
        expect([id, rowsAfter.get(id)]).toEqual([id, rowsBefore.get(id)]);
      }
    }
  });
});

describeEachEngine('preview', (engine) => {
  test('names both sides, what they started from, and what wins', async () => {
    const a = await openWorld(await engine.open());
    const b = await openWorld();
    await a.insert(notes).values({ id: 'n', title: 'one', size: 1 });
    await exchange(a, b);
    await a.update(notes).set({ title: 'by a', size: 2 });
    await b.$crr.transaction({ author: 'bob' }, (tx) => tx.update(notes).set({ title: 'by b' }));
    const changes = await b.$crr.changes();
    const version = await a.$crr.version();
    const { rows, updated } = await a.$crr.preview(changes);
    expect(await a.$crr.version()).toBe(version);
    expect(updated).toEqual([{ table: 'notes', key: { id: 'n' } }]);
    const [row] = rows;
    expect(rows).toHaveLength(1);
    expect(row).toMatchObject({
      table: 'notes',
      key: { id: 'n' },
      base: { title: 'one', size: 2 },
      ours: { title: 'by a', size: 2 },
      theirs: { id: 'n', title: 'by b', size: 2 },
      merged: { title: 'by b' },
    });
    const conflict = row!.conflicts![0]!;
    expect(row!.conflicts).toHaveLength(1);
    expect(conflict.column).toBe('title');
    expect(conflict.base?.value).toBe('one');
    expect(conflict.heads.map(({ value, author }) => [value, author]).sort()).toEqual([
      ['by a', undefined],
      ['by b', 'bob'],
    ]);
  });

  test('a table without history shows both sides, and does not tell whether they are in conflict', async () => {
    const a = await openWorld(await engine.open());
    const b = await openWorld();
    await a.insert(spans).values({ id: 's', low: 1, high: 9 });
    await exchange(a, b);
    await a.update(spans).set({ low: 8 });
    await b.update(spans).set({ high: 5 });
    const plan = await a.$crr.preview(await b.$crr.changes());
    expect(plan.rejected).toMatchObject([
      { key: { id: 's' }, reason: expect.stringContaining('CHECK') },
    ]);
    expect(plan.rows).toEqual([
      {
        ...{ table: 'spans', key: { id: 's' }, base: undefined, conflicts: undefined },
        ours: { id: 's', low: 8, high: 9 },
        theirs: { id: 's', low: 1, high: 5 },
        merged: { id: 's', low: 8, high: 9 },
      },
    ]);
    expect(await a.$crr.rejected()).toEqual([]);
    expect(await a.select().from(spans)).toEqual([{ id: 's', low: 8, high: 9 }]);
  });

  test('a delete has no row on its side', async () => {
    const a = await openWorld(await engine.open());
    const b = await openWorld();
    await a.insert(notes).values({ id: 'n', title: 'one' });
    await a.insert(teams).values({ id: 't', name: 'x' });
    await a.insert(users).values({ id: 'u', team: 't', email: 'u@x', place: 'a' });
    await exchange(a, b);
    await b.delete(notes);
    await b.delete(teams);
    await a.update(notes).set({ title: 'two' });
    const { rows, deleted } = await a.$crr.preview(await b.$crr.changes());
    expect(deleted).toHaveLength(3);
    const byTable = new Map(rows.map((row) => [row.table, row]));
    expect(byTable.get('notes')).toMatchObject({ theirs: undefined, merged: undefined });
    expect(byTable.get('notes')!.ours).toMatchObject({ title: 'two' });
    expect(byTable.get('notes')!.conflicts).toMatchObject([{ column: 'title' }]);
    expect(byTable.get('users')).toMatchObject({ ours: { id: 'u' }, theirs: undefined });
    expect(await a.select().from(users)).toHaveLength(1);
  });

  test('what an apply would refuse is refused, and nothing is written', async () => {
    const a = await openWorld(await engine.open());
    const b = await openWorld();
    await b.insert(notes).values({ id: 'n', title: 'one' });
    const { changes } = await b.$crr.changes();
    const before = await rowsOf(a);
    const broken = changes.map((change) => ({ ...change, col_version: -1 }));
    await expect(a.$crr.preview(broken)).rejects.toThrow(CrrChangeError);
    const unknown = changes.map((change) => ({
      ...change,
      cid: change.cid === 'title' ? 'nowhere' : change.cid,
    }));
    await expect(a.$crr.preview(unknown, { onUnknown: 'error' })).rejects.toMatchObject({
      code: 'CRR_CHANGE_UNKNOWN',
    });
    await expect(a.$crr.preview(changes, { onUnkown: 'error' } as never)).rejects.toMatchObject({
      code: 'CRR_USAGE_OPTION',
    });
    expect((await a.$crr.preview(unknown)).pending).toBe(1);
    expect(await a.$crr.pendingCount()).toBe(0);
    expect(await rowsOf(a)).toBe(before);
    expect(await a.$crr.version()).toBe(0);
  });

  test('nothing to merge gives no rows', async () => {
    const a = await openWorld(await engine.open());
    expect((await a.$crr.preview([])).rows).toEqual([]);
    await a.insert(teams).values({ id: 't' });
    const { rows, cellsWon } = await a.$crr.preview(await a.$crr.changes());
    expect(cellsWon).toBe(0);
    expect(rows.map(({ ours, merged }) => [ours, merged])).toEqual([
      [expect.objectContaining({ id: 't' }), expect.objectContaining({ id: 't' })],
    ]);
  });
});

test('a write in between is seen: the preview begins again', async () => {
  const a = await openWorld();
  const b = await openWorld();
  await b.insert(teams).values({ id: 't', name: 'x' });
  const changes = await b.$crr.changes();
  const [plan] = await Promise.all([
    a.$crr.preview(changes),
    a.insert(teams).values({ id: 'other', name: 'y' }),
  ]);
  expect(plan.rows).toHaveLength(1);
  expect(await a.select().from(teams).where(eq(teams.id, 't'))).toEqual([]);
  expect(await a.all(sql`SELECT id FROM teams`)).toHaveLength(1);
});

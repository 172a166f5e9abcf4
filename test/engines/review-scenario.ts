/** A scenario for any engine, as those of conformance.ts: what a merge would do, and who decides what it leaves open. */
import { asc, eq } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { counter, crrTable, increment, mvr, type RowMerge } from '../../src/index.js';
import { exec, type OpenSite, type Site } from './conformance.js';

const plans = crrTable(
  'plans',
  {
    id: text('id').primaryKey().notNull(),
    title: text('title').notNull().default('untitled'),
    size: integer('size'),
    votes: counter('votes'),
    mood: mvr(text('mood')),
  },
  { history: true },
);
const seats = crrTable('seats', {
  id: text('id').primaryKey().notNull(),
  who: text('who').notNull().unique(),
  row: integer('row'),
});
const schema = { plans, seats };

export async function reviewScenario(open: OpenSite): Promise<string[]> {
  const [a, b] = [await open(schema), await open(schema)];
  const lines: string[] = [];
  const give = async (from: Site, to: Site) =>
    to.db.$crr.apply(await from.db.$crr.changes(), { resolve: () => undefined });
  const rowText = ({ table, key, base, ours, theirs, merged, conflicts }: RowMerge) =>
    JSON.stringify([
      ...[table, key.id, base ?? null, ours ?? null, theirs ?? null, merged ?? null],
      conflicts?.map(({ column, heads }) => [
        column,
        heads.map(({ value }) => value ?? null).sort(),
      ]),
    ]);
  const show = async (what: string, { db }: Site) => {
    lines.push(`${what}: ${JSON.stringify(await db.select().from(plans).orderBy(asc(plans.id)))}`);
    lines.push(`${what}: ${JSON.stringify(await db.select().from(seats).orderBy(asc(seats.id)))}`);
  };

  await exec(
    b,
    "CREATE TRIGGER no_row BEFORE INSERT ON seats WHEN new.row > 90 BEGIN SELECT RAISE(ABORT, 'seats constraint failed: row'); END",
  );
  await a.db.insert(plans).values(['p', 'q', 'r'].map((id) => ({ id, title: 'one', size: 1 })));
  await give(a, b);
  await a.db.update(plans).set({ title: 'by a', votes: increment(plans.votes, 2) });
  await a.db.delete(plans).where(eq(plans.id, 'r'));
  await a.db.insert(seats).values([
    { id: 's', who: 'ann', row: 3 },
    { id: 't', who: 'bob', row: 95 },
    { id: 'u', who: 'cid', row: 2 ** 40 },
  ]);
  await b.db.update(plans).set({ title: 'by b', mood: 'calm' });
  await b.db.insert(seats).values({ id: 'v', who: 'ann', row: 4 });

  const version = await b.db.$crr.version();
  const plan = await b.db.$crr.preview(await a.db.$crr.changes());
  lines.push(...plan.rows.map(rowText).sort());
  const { inserted, updated, deleted, masked, parked, rejected, cellsWon } = plan;
  lines.push(JSON.stringify({ inserted, updated, deleted, masked, parked, cellsWon }));
  lines.push(
    JSON.stringify(
      rejected.map(({ key, reason }) => [key, /seats constraint failed: row/.test(reason)]),
    ),
  );
  lines.push(`written: ${(await b.db.$crr.version()) - version}`);
  await show('before', b);

  const { resolved, unresolved } = await b.db.$crr.apply(await a.db.$crr.changes(), {
    resolve: ({ key, ours, theirs }) => {
      if (key.id === 'r') return ours;
      if (key.id === 'q') throw new Error('later');
      return { title: `${ours?.title} and ${theirs?.title}` };
    },
    note: { author: 'ann' },
  });
  lines.push(`resolved: ${resolved.map(({ key }) => key.id).sort()}`);
  lines.push(`unresolved: ${unresolved.map(({ key, error }) => `${key.id} ${error}`)}`);
  await give(b, a);
  for (const site of [a, b]) {
    await show('after', site);
    const conflicts = await site.db.$crr.conflicts(plans);
    lines.push(`conflicts: ${conflicts.map(({ key, reason }) => `${key.id} ${reason}`).sort()}`);
    lines.push(`findings: ${JSON.stringify((await site.db.$crr.verify()).findings)}`);
  }
  return lines;
}

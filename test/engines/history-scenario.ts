/** A scenario for any engine, as those of conformance.ts: a table with history, its conflicts, and what takes writes back. */
import { asc, eq } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { counter, crrTable, explainError, increment, mvr } from '../../src/index.js';
import { type OpenSite, type Site, together } from './conformance.js';

const essays = crrTable(
  'essays',
  {
    id: text('id').primaryKey().notNull(),
    title: text('title').notNull().default('untitled'),
    size: integer('size'),
    votes: counter('votes'),
    mood: mvr(text('mood')),
  },
  { history: true },
);

export async function historyScenario(open: OpenSite): Promise<string[]> {
  const [a, b] = [await open({ essays }), await open({ essays })];
  const sites: Record<string, Site> = { a, b };
  const lines: string[] = [];
  const cursors = new Map<Site, Awaited<ReturnType<Site['db']['$crr']['changes']>>['cursor']>();
  const exchange = async () => {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const page = await from.db.$crr.changes({ since: cursors.get(from) });
      cursors.set(from, page.cursor);
      await to.db.$crr.apply(page);
    }
  };
  const show = async (what: string) => {
    for (const [name, { db }] of Object.entries(sites)) {
      const rows = await db.select().from(essays).orderBy(asc(essays.id));
      lines.push(`${what}: ${name} ${JSON.stringify(rows)}`);
      for (const { id } of rows) {
        const events = await db.$crr.history(essays, { id });
        const told = events.map(({ kind, changes, parents }) => [kind, changes, parents.length]);
        lines.push(`  ${name} ${id} ${JSON.stringify(told)}`);
      }
    }
  };
  const conflictsOf = async ({ db }: Site) =>
    (await db.$crr.conflicts(essays)).flatMap((conflict) =>
      conflict.reason === 'concurrent' ? [conflict] : [],
    );
  const is = (id: string) => eq(essays.id, id);

  await a.db.insert(essays).values({ id: 'e', title: 'one', size: 1, mood: 'calm' });
  await together(a, (tx) => [
    tx.insert(essays).values({ id: 'f', size: 2 }),
    tx.update(essays).set({ title: 'two' }).where(is('e')),
  ]);
  await exchange();
  await show('exchanged');
  const then = await a.db.$crr.version();

  await a.db
    .update(essays)
    .set({ title: 'by a', votes: increment(essays.votes, 2) })
    .where(is('e'));
  await b.db
    .update(essays)
    .set({ title: 'by b', votes: increment(essays.votes, 3) })
    .where(is('e'));
  await b.db.delete(essays).where(is('f'));
  await a.db.update(essays).set({ size: 5 }).where(is('f'));
  await exchange();
  await show('concurrent');
  for (const [name, site] of Object.entries(sites)) {
    const found = await conflictsOf(site);
    const told = found.map(({ key, column, base, heads }) =>
      JSON.stringify([key, column, base?.value, heads.map(({ value }) => value).sort()]),
    );
    lines.push(`conflicts: ${name} ${told.sort().join(' ')}`);
  }
  const past = a.db.$crr.asOf(essays, { version: then });
  lines.push(`past: ${JSON.stringify(await a.db.select().from(past).orderBy(asc(past.id)))}`);

  for (const conflict of await conflictsOf(a)) {
    const head = conflict.heads.find(({ value }) => value === 'by b' || value === 5);
    if (head !== undefined) await conflict.choose(head);
  }
  await exchange();
  await show('chosen');
  for (const [name, site] of Object.entries(sites)) {
    lines.push(`conflicts: ${name} ${(await conflictsOf(site)).length}`);
  }
  await b.db.update(essays).set({ title: 'three', size: 9 }).where(is('e'));
  const undone = (await b.db.$crr.undo())!;
  lines.push(`undone: ${JSON.stringify(undone.restored.length)} ${JSON.stringify(undone.kept)}`);
  await exchange();
  await show('undone');
  await b.db.$crr.redo();
  await exchange();
  await show('done again');

  const { pruned, unclear } = await b.db.$crr.prune({ keep: 0, force: true, limit: 3 });
  lines.push(`pruned: ${pruned} ${unclear}`);
  const late = await open({ essays });
  await late.db.$crr.apply(await b.db.$crr.changes());
  sites.late = late;
  await a.db.update(essays).set({ title: 'after' }).where(is('e'));
  await exchange();
  for (const from of [a, b]) await late.db.$crr.apply(await from.db.$crr.changes());
  await show('pruned');
  const before = b.db.$crr.asOf(essays, { version: 1 });
  const refused = await Promise.resolve(b.db.select().from(before)).then(
    (rows) => JSON.stringify(rows),
    (error: unknown) => (explainError(error) as { code?: string }).code,
  );
  lines.push(`before: ${refused}`);
  for (const [name, site] of Object.entries(sites)) {
    lines.push(`conflicts: ${name} ${(await conflictsOf(site)).length}`);
  }
  for (const [name, { db }] of Object.entries(sites)) {
    lines.push(`findings: ${name} ${JSON.stringify((await db.$crr.verify()).findings)}`);
  }
  return lines;
}

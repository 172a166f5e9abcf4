/** A scenario for any engine, as those of conformance.ts: writes that wait for a review. */
import { asc, eq } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { counter, crrTable, type Draft, type DraftItem, increment } from '../../src/index.js';
import type { OpenSite, Site } from './conformance.js';

const pages = crrTable(
  'pages',
  {
    id: text('id').primaryKey().notNull(),
    title: text('title').notNull().default('untitled'),
    size: integer('size'),
    votes: counter('votes'),
  },
  { history: true },
);
const tags = crrTable('tags', {
  id: text('id').primaryKey().notNull(),
  name: text('name').notNull().unique(),
  page: text('page'),
});
const replies = crrTable('replies', {
  id: text('id').primaryKey().notNull(),
  page: text('page')
    .notNull()
    .references(() => pages.id, { onDelete: 'cascade' }),
});
const schema = { pages, tags, replies };

export async function draftScenario(open: OpenSite): Promise<string[]> {
  const [a, b] = [await open(schema), await open(schema)];
  const lines: string[] = [];
  const { db } = a;
  const rows = async (from: Pick<Site['db'], 'select'>) => [
    ...(await from.select().from(pages).orderBy(asc(pages.id))),
    ...(await from.select().from(tags).orderBy(asc(tags.id))),
  ];
  const show = async (what: string) => lines.push(`${what}: ${JSON.stringify(await rows(db))}`);
  /** Runs writes in the draft as the engine's transactions are. */
  const write = (
    draft: Draft,
    queries: (tx: Site['db']) => readonly { run(): unknown }[],
  ): Promise<unknown> =>
    a.transactions === 'sync'
      ? draft.transaction((tx) => {
          for (const query of queries(tx as never)) query.run();
        })
      : draft.transaction(async (tx) => {
          for (const query of queries(tx as never)) await query.run();
        });
  const told = (items: readonly DraftItem[]) =>
    items.map(({ table, key, column, base, ours, theirs, isMoved, breaks }) =>
      JSON.stringify([
        ...[table, key.id, column, base, ours, theirs, isMoved].map((value) => value ?? null),
        breaks === undefined ? 'fine' : /(\w+) constraint failed/.exec(breaks)?.[1],
      ]),
    );

  await db.insert(pages).values(['p', 'q', 'r'].map((id) => ({ id, size: 2 ** 40 })));
  await db.insert(tags).values({ id: 't', name: 'red', page: 'r' });
  const version = await db.$crr.version();
  const draft = await db.$crr.draft('spring');
  await write(draft, (tx) => [
    tx
      .update(pages)
      .set({ title: 'a "?" and \'?\'', votes: increment(pages.votes, 2) })
      .where(eq(pages.id, 'p')),
    tx.delete(pages).where(eq(pages.id, 'r')),
    tx.insert(pages).values({ id: 'n', title: 'new', size: 1 }),
    tx.insert(tags).values({ id: 'u', name: 'blue', page: 'n' }),
    tx.insert(tags).values({ id: 'v', name: 'green', page: 'q' }),
  ]);
  await write(draft, (tx) => [
    tx
      .update(pages)
      .set({ size: 5, votes: increment(pages.votes, 1) })
      .where(eq(pages.id, 'p')),
    tx.update(tags).set({ name: 'sky' }).where(eq(tags.name, 'blue')),
  ]);
  await show('kept apart');
  lines.push(`written: ${(await db.$crr.version()) - version}`);
  lines.push(...told(await draft.diff()));
  lines.push(
    JSON.stringify((await db.$crr.drafts()).map(({ name, rows: count }) => [name, count])),
  );

  await db.delete(pages).where(eq(pages.id, 'q'));
  await db.insert(tags).values({ id: 'w', name: 'sky' });
  await db.update(pages).set({ size: 3 }).where(eq(pages.id, 'p'));
  const review = await draft.review();
  lines.push(...told(review.items));
  const fine = review.items.filter(({ breaks }) => breaks === undefined);
  await db.update(pages).set({ title: 'later' }).where(eq(pages.id, 'p'));
  const moved = await draft.merge({ review, take: fine }).catch((error: unknown) => error);
  lines.push(
    `${(moved as { code?: string }).code} ${JSON.stringify((moved as { rows?: unknown }).rows)}`,
  );
  const broken = await draft
    .merge({ review: await draft.review() })
    .catch((error: unknown) => error);
  lines.push(`${(broken as { code?: string }).code}`);
  await show('as it was');
  const { taken, left } = await draft.merge({
    review: await draft.review(),
    take: fine,
    author: 'ann',
  });
  lines.push(`taken ${taken.length}, left: ${told(left)}`);
  await show('merged');
  const [last] = await db.$crr.history(pages, { id: 'p' });
  lines.push(JSON.stringify([last!.author, last!.kind, last!.changes, last!.parents.length]));

  // A reply to a page that is deleted meanwhile: the review names it if the merge would be refused, and only then. Some engines
  // do not enforce references.
  const answers = await db.$crr.draft('answers');
  await db.insert(pages).values({ id: 's', size: 1 });
  await write(answers, (tx) => [
    tx.insert(replies).values({ id: 'x', page: 's' }),
    tx.insert(replies).values({ id: 'y', page: 'p' }),
  ]);
  await db.delete(pages).where(eq(pages.id, 's'));
  const answered = await answers.review();
  const isNamed = answered.items.some(({ breaks }) => breaks !== undefined);
  const sound = answered.items.filter(({ breaks }) => breaks === undefined);
  const isRefused = await answers.merge({ review: answered }).then(
    () => false,
    () => true,
  );
  lines.push(`a reference is reviewed as it is merged: ${isNamed === isRefused}`);
  if (isRefused) await answers.merge({ review: await answers.review(), take: sound });
  lines.push(JSON.stringify(await db.select().from(replies).where(eq(replies.id, 'y'))));
  await answers.drop();
  await db.delete(replies);

  // What was made in a copy of the database.
  await b.db.$crr.apply(await db.$crr.changes());
  const then = await b.db.$crr.version();
  await b.db.update(pages).set({ title: 'elsewhere' }).where(eq(pages.id, 'p'));
  const other = await db.$crr.draft('elsewhere');
  await other.fetch(await b.db.$crr.changes({ since: then }));
  lines.push(...told(await other.diff()));
  await other.merge({ review: await other.review() });
  await b.db.$crr.apply(await db.$crr.changes());
  await draft.drop();
  lines.push(
    JSON.stringify((await db.$crr.drafts()).map(({ name, rows: count }) => [name, count])),
  );
  for (const site of [a, b]) {
    lines.push(JSON.stringify(await rows(site.db)));
    lines.push(`findings: ${JSON.stringify((await site.db.$crr.verify()).findings)}`);
  }
  return lines;
}

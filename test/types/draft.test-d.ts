import type { Client } from '@libsql/client';
import {
  type ApplyResult,
  crrTable,
  type Draft,
  type DraftItem,
  type DraftMergeResult,
  type DraftReview,
  type PreviewResult,
  type ResolvedResult,
  type RowMerge,
  withCrr,
} from 'drizzle-crr';
import { drizzle } from 'drizzle-orm/libsql';
import { text } from 'drizzle-orm/sqlite-core';
import { expectTypeOf, test } from 'vitest';

const notes = crrTable(
  'notes',
  { id: text('id').primaryKey().notNull(), title: text('title') },
  { history: true },
);
declare const client: Client;
const db = withCrr(drizzle({ client }), { schema: { notes } });
declare const draft: Draft;
declare const review: DraftReview;

test('a preview is the result of an apply, with rows', () => {
  const preview = () => db.$crr.preview([]);
  expectTypeOf(preview).returns.resolves.toEqualTypeOf<PreviewResult>();
  expectTypeOf<PreviewResult>().toExtend<ApplyResult>();
  expectTypeOf<RowMerge<typeof notes>['ours']>().toEqualTypeOf<
    { id?: string; title?: string | null } | undefined
  >();
  // @ts-expect-error contract: a preview decides nothing
  db.$crr.preview([], { resolve: () => undefined });
});

test('only an apply with resolve tells what was resolved', () => {
  const resolving = () =>
    db.$crr.apply([], {
      resolve: ({ ours, theirs }) => ({ title: `${ours?.title} ${theirs?.title}` }),
    });
  expectTypeOf(resolving).returns.resolves.toEqualTypeOf<ResolvedResult>();
  const plain = () => db.$crr.apply([], { onUnknown: 'error' });
  expectTypeOf(plain).returns.resolves.toEqualTypeOf<ApplyResult>();
  // @ts-expect-error contract: the answer is values by property
  db.$crr.apply([], { resolve: () => 'ours' });
  // @ts-expect-error contract: a note is of what resolve writes
  db.$crr.apply([], { note: { author: 'ann' } });
});

test('a draft', () => {
  expectTypeOf(db.$crr.draft).returns.resolves.toEqualTypeOf<Draft>();
  const rows = () => draft.transaction((tx) => tx.select().from(notes));
  expectTypeOf(rows).returns.resolves.toEqualTypeOf<{ id: string; title: string | null }[]>();
  expectTypeOf(draft.diff).returns.resolves.toEqualTypeOf<DraftItem[]>();
  const merge = () => draft.merge({ review, take: ({ breaks }) => breaks === undefined });
  expectTypeOf(merge).returns.resolves.toEqualTypeOf<DraftMergeResult>();
  const some = () => draft.merge({ review, take: [{ id: 'x' }], author: 'ann', message: 'why' });
  expectTypeOf(some).returns.toEqualTypeOf<ReturnType<typeof merge>>();
  // @ts-expect-error contract: nothing is merged without a review
  draft.merge({ take: [] });
  // @ts-expect-error contract: a misspelt option
  draft.merge({ review, taken: [] });
});

/** Drafts: writes that wait for a review. */
import { eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { CrrDraftError, type DraftItem } from '../../src/index.js';
import { dump } from '../support/dump.js';
import { describeEachEngine } from '../support/engines.js';
import { exchange } from '../support/site.js';
import { notes, openWorld, rowsOf, spans, teams, users, type World } from './world.js';

const told = (items: readonly DraftItem[]) =>
  items.map(({ table, key, column, base, ours, theirs, isMoved }) => [
    `${table} ${key.id}${column === undefined ? '' : `.${column}`}`,
    ...[base, ours, theirs].map((side) =>
      side !== null && typeof side === 'object' ? (side as { title?: unknown }).title : side,
    ),
    isMoved,
  ]);

async function seeded(db: World): Promise<World> {
  await db.insert(notes).values([
    { id: 'a', title: 'one', size: 1 },
    { id: 'b', title: 'two', size: 2 },
  ]);
  return db;
}

describeEachEngine('a draft', (engine) => {
  test('accuses no row of a review that needs another one of the draft', async () => {
    const db = await openWorld(await engine.open());
    await db.insert(teams).values({ id: 'gone', name: 'gone' });
    const draft = await db.$crr.draft('spring');
    await draft.transaction(async (tx) => {
      await tx.insert(teams).values({ id: 'new', name: 'new' });
      await tx.insert(users).values([
        { id: 'a', team: 'gone', email: 'a', place: 'a' },
        { id: 'b', team: 'new', email: 'b', place: 'b' },
      ]);
      await tx.insert(notes).values({ id: 'n' });
    });
    await db.delete(teams).where(eq(teams.id, 'gone'));
    const review = await draft.review();
    const broken = review.items.filter(({ breaks }) => breaks !== undefined);
    expect(broken.map(({ key }) => key.id)).toEqual(['a']);
    const { taken } = await draft.merge({ review, take: ({ breaks }) => breaks === undefined });
    expect(taken.map(({ key }) => key.id).sort()).toEqual(['b', 'n', 'new']);
  });

  test('does not list a delete that went along with another one', async () => {
    const db = await openWorld(await engine.open());
    await db.insert(teams).values({ id: 't', name: 't' });
    await db.insert(users).values({ id: 'u', team: 't', email: 'u', place: 'a' });
    const draft = await db.$crr.draft('spring');
    await draft.transaction((tx) => tx.delete(teams).where(eq(teams.id, 't')));
    expect(told(await draft.diff()).map(([what]) => what)).toEqual(['teams t', 'users u']);
    await draft.merge({ review: await draft.review(), take: ({ table }) => table === 'teams' });
    expect(await draft.diff()).toEqual([]);
  });

  test('is seen by its own transactions, and nowhere else, until it is merged', async () => {
    const db = await seeded(await openWorld(await engine.open()));
    const [rows, version, feed] = [
      await rowsOf(db),
      await db.$crr.version(),
      await db.$crr.changes(),
    ];
    const draft = await db.$crr.draft('spring');
    const result = await draft.transaction(async (tx) => {
      await tx
        .update(notes)
        .set({ title: 'spring', votes: sql`votes + 3` })
        .where(eq(notes.id, 'a'));
      await tx.delete(notes).where(eq(notes.id, 'b'));
      return tx.insert(notes).values({ id: 'c', title: 'new' }).returning();
    });
    expect(result).toMatchObject([{ id: 'c', title: 'new' }]);
    const inside = await draft.transaction((tx) => tx.select().from(notes).orderBy(notes.id));
    expect(inside).toMatchObject([
      { id: 'a', title: 'spring', size: 1, votes: 3 },
      { id: 'c', title: 'new', votes: 0 },
    ]);
    expect(await rowsOf(db)).toBe(rows);
    expect(await db.$crr.version()).toBe(version);
    expect(await db.$crr.changes()).toEqual(feed);
    expect(await db.$crr.drafts()).toMatchObject([{ name: 'spring', rows: 3 }]);
    expect(told(await draft.diff())).toEqual([
      ['notes a.title', 'one', 'one', 'spring', false],
      ['notes a.votes', 0, 0, 3, false],
      ['notes b', 'two', 'two', undefined, false],
      ['notes c', undefined, undefined, 'new', false],
    ]);

    const review = await draft.review();
    expect(review.items.map(({ breaks }) => breaks)).toEqual(Array(4).fill(undefined));
    const { taken, left } = await draft.merge({ review, author: 'ann', message: 'spring' });
    expect([taken.length, left.length]).toEqual([4, 0]);
    expect(await db.select().from(notes).orderBy(notes.id)).toMatchObject([
      { id: 'a', title: 'spring', votes: 3 },
      { id: 'c', title: 'new' },
    ]);
    expect(await db.$crr.version()).toBe(version + 1);
    const [last] = await db.$crr.history(notes, { id: 'a' });
    expect(last).toMatchObject({ author: 'ann', message: 'spring', kind: 'update' });
    expect(await draft.diff()).toEqual([]);
    await draft.drop();
    expect(await db.$crr.drafts()).toEqual([]);
    await expect(draft.diff()).rejects.toMatchObject({ code: 'CRR_DRAFT_GONE' });
    await expect(draft.transaction(async () => {})).rejects.toThrow(CrrDraftError);
    expect((await db.$crr.verify()).findings).toEqual([]);
  });

  test('nothing slips in between review and merge', async () => {
    const db = await seeded(await openWorld(await engine.open()));
    const draft = await db.$crr.draft('d');
    await draft.transaction((tx) => tx.update(notes).set({ title: 'mine' }));
    const review = await draft.review();
    await db.update(notes).set({ size: 7 }).where(eq(notes.id, 'a'));
    const before = await rowsOf(db);
    const refused = await draft.merge({ review }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(CrrDraftError);
    expect(refused).toMatchObject({
      code: 'CRR_DRAFT_MOVED',
      rows: [{ table: 'notes', key: { id: 'a' } }],
    });
    expect(await rowsOf(db)).toBe(before);
    // The other row is as it was seen.
    await draft.merge({ review, take: ({ key }) => key.id === 'b' });
    await expect(draft.merge({ review })).rejects.toMatchObject({ code: 'CRR_DRAFT_MOVED' });
    const again = await draft.review();
    expect(told(again.items)).toEqual([['notes a.title', 'one', 'one', 'mine', false]]);
    await draft.transaction((tx) => tx.update(notes).set({ title: 'other' }));
    await expect(draft.merge({ review: again })).rejects.toMatchObject({
      code: 'CRR_DRAFT_MOVED',
      rows: [],
    });
    await expect(draft.merge({} as never)).rejects.toMatchObject({ code: 'CRR_USAGE_OPTION' });
  });

  test('is taken or left item by item', async () => {
    const db = await seeded(await openWorld(await engine.open()));
    const draft = await db.$crr.draft('d');
    await draft.transaction(async (tx) => {
      await tx.update(notes).set({ title: 'mine', size: 9 }).where(eq(notes.id, 'a'));
      await tx.delete(notes).where(eq(notes.id, 'b'));
    });
    const review = await draft.review();
    const titles = review.items.filter(({ column }) => column === 'title');
    const { taken, left } = await draft.merge({ review, take: titles });
    expect([told(taken), told(left)]).toEqual([
      [['notes a.title', 'one', 'one', 'mine', false]],
      [
        ['notes a.size', 1, 1, 9, false],
        ['notes b', 'two', 'two', undefined, false],
      ],
    ]);
    expect(await db.select().from(notes)).toMatchObject([
      { id: 'a', title: 'mine', size: 1 },
      { id: 'b' },
    ]);
    expect(told(await draft.diff())).toEqual(told(left));
    expect(await db.$crr.drafts()).toMatchObject([{ rows: 2 }]);
  });

  test('names what the database would reject, and nothing is written if it is taken', async () => {
    const db = await openWorld(await engine.open());
    await db.insert(teams).values([
      { id: 't', name: 'x' },
      { id: 'gone', name: 'y' },
    ]);
    await db.insert(spans).values({ id: 's', low: 1, high: 50 });
    const draft = await db.$crr.draft('d');
    await draft.transaction(async (tx) => {
      await tx.insert(users).values({ id: 'u', team: 'gone', email: 'u@x', place: 'a' });
      await tx.insert(users).values({ id: 'v', team: 't', email: 'v@x', place: 'a' });
      await tx.insert(teams).values({ id: 'n', name: 'z' });
      await tx.update(spans).set({ high: 20 });
    });
    await db.delete(teams).where(eq(teams.id, 'gone'));
    await db.insert(teams).values({ id: 'm', name: 'z' });
    await db.update(spans).set({ low: 30 });
    const review = await draft.review();
    const reasons = review.items.map(({ table, key, breaks }) => [`${table} ${key.id}`, breaks]);
    expect(Object.fromEntries(reasons)).toEqual({
      'users u': expect.stringContaining('FOREIGN KEY constraint failed'),
      'users v': undefined,
      'teams n': expect.stringContaining('UNIQUE constraint failed: teams.name'),
      'spans s': expect.stringContaining('CHECK constraint failed: low < high'),
    });
    const before = await dump(db.$client);
    await expect(draft.merge({ review })).rejects.toMatchObject({ code: 'CRR_DRAFT_BROKEN' });
    expect(await dump(db.$client)).toBe(before);
    const { taken } = await draft.merge({
      review,
      take: ({ breaks }) => breaks === undefined && false,
    });
    expect(taken).toEqual([]);
    await draft.merge({ review, take: review.items.filter(({ breaks }) => breaks === undefined) });
    expect(await db.select({ id: users.id }).from(users)).toEqual([{ id: 'v' }]);
    // Without them the draft can be worked on.
    await draft.transaction(async (tx) => {
      expect(await tx.select().from(spans)).toMatchObject([{ low: 30, high: 50 }]);
      await tx.update(spans).set({ high: 40 });
    });
    const fixed = await draft.review();
    expect(fixed.items.find(({ table }) => table === 'spans')).toMatchObject({
      ...{ base: 50, ours: 50, theirs: 40, breaks: undefined },
    });
  });
});

describe('a draft and what happens meanwhile', () => {
  test('two drafts do not see each other', async () => {
    const db = await seeded(await openWorld());
    const [one, two] = [await db.$crr.draft('1'), await db.$crr.draft('2')];
    await one.transaction((tx) => tx.update(notes).set({ title: 'by 1' }));
    await two.transaction((tx) => tx.update(notes).set({ title: 'by 2', size: 5 }));
    expect(await one.transaction((tx) => tx.select().from(notes))).toMatchObject([
      { title: 'by 1', size: 1 },
      { title: 'by 1', size: 2 },
    ]);
    await one.merge({ review: await one.review() });
    expect(told(await two.diff())).toEqual([
      ['notes a.title', 'one', 'by 1', 'by 2', true],
      ['notes a.size', 1, 1, 5, false],
      ['notes b.title', 'two', 'by 1', 'by 2', true],
      ['notes b.size', 2, 2, 5, false],
    ]);
    await two.merge({ review: await two.review() });
    expect(await db.select().from(notes)).toMatchObject([{ title: 'by 2' }, { title: 'by 2' }]);
    expect((await db.$crr.drafts()).map(({ name, rows }) => [name, rows])).toEqual([
      ['1', 0],
      ['2', 0],
    ]);
  });

  test('what is taken stands, whatever was written meanwhile, and wins at other sites', async () => {
    const [a, b] = [await seeded(await openWorld()), await openWorld()];
    const draft = await a.$crr.draft('d');
    await draft.transaction((tx) =>
      tx.update(notes).set({ title: 'draft' }).where(eq(notes.id, 'a')),
    );
    await exchange(a, b);
    for (const title of ['x', 'y', 'z']) await b.update(notes).set({ title });
    await exchange(a, b);
    expect(told(await draft.diff())).toEqual([['notes a.title', 'one', 'z', 'draft', true]]);
    await draft.merge({ review: await draft.review() });
    await exchange(a, b);
    for (const site of [a, b]) {
      expect(await site.select().from(notes)).toMatchObject([{ title: 'draft' }, { title: 'z' }]);
      expect(await site.$crr.conflicts(notes)).toEqual([]);
    }
  });

  test('a counter adds up', async () => {
    const db = await seeded(await openWorld());
    const draft = await db.$crr.draft('d');
    await draft.transaction((tx) => tx.update(notes).set({ votes: sql`votes + 3` }));
    await db.update(notes).set({ votes: sql`votes + 10` });
    expect(await draft.transaction((tx) => tx.select({ votes: notes.votes }).from(notes))).toEqual([
      { votes: 13 },
      { votes: 13 },
    ]);
    await draft.transaction((tx) => tx.update(notes).set({ votes: sql`votes + 1` }));
    await draft.merge({ review: await draft.review() });
    expect(await db.select({ votes: notes.votes }).from(notes)).toEqual([
      { votes: 14 },
      { votes: 14 },
    ]);
  });

  test('a row that was deleted comes back if what was written to it is taken', async () => {
    const db = await seeded(await openWorld());
    const draft = await db.$crr.draft('d');
    await draft.transaction((tx) =>
      tx.update(notes).set({ title: 'kept' }).where(eq(notes.id, 'a')),
    );
    await db.delete(notes);
    expect(told(await draft.diff())).toEqual([['notes a.title', 'one', undefined, 'kept', true]]);
    // The draft goes on without it.
    expect(await draft.transaction((tx) => tx.select().from(notes))).toEqual([]);
    expect(told(await draft.diff())).toHaveLength(1);
    await draft.merge({ review: await draft.review() });
    expect(await db.select().from(notes)).toMatchObject([{ id: 'a', title: 'kept', size: 1 }]);
  });

  test('a row that was created meanwhile gets the values of the draft', async () => {
    const db = await openWorld();
    const draft = await db.$crr.draft('d');
    await draft.transaction((tx) => tx.insert(notes).values({ id: 'a', title: 'draft', size: 1 }));
    await db.insert(notes).values({ id: 'a', title: 'other', size: 2 });
    expect(told(await draft.diff())).toEqual([['notes a', undefined, 'other', 'draft', true]]);
    expect(await draft.transaction((tx) => tx.select().from(notes))).toMatchObject([
      { title: 'draft', size: 1 },
    ]);
    await draft.merge({ review: await draft.review() });
    expect(await db.select().from(notes)).toMatchObject([{ title: 'draft', size: 1 }]);
  });

  test('what is written back leaves the draft', async () => {
    const db = await seeded(await openWorld());
    const draft = await db.$crr.draft('d');
    await draft.transaction((tx) => tx.update(notes).set({ title: 'x' }));
    await draft.transaction(async (tx) => {
      await tx.update(notes).set({ title: 'one' }).where(eq(notes.id, 'a'));
      await tx.insert(notes).values({ id: 'c' });
      await tx.delete(notes).where(eq(notes.id, 'c'));
    });
    expect(told(await draft.diff())).toEqual([['notes b.title', 'two', 'two', 'x', false]]);
    expect(await db.$crr.drafts()).toMatchObject([{ rows: 1 }]);
  });

  test('a transaction that throws leaves the draft and the database as they were', async () => {
    const db = await seeded(await openWorld());
    const draft = await db.$crr.draft('d');
    await draft.transaction((tx) => tx.update(notes).set({ title: 'x' }));
    const before = await dump(db.$client);
    const failing = draft.transaction(async (tx) => {
      await tx.delete(notes);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await dump(db.$client)).toBe(before);
    await draft.transaction(async (tx) => {
      await tx.update(notes).set({ size: 8 }).where(eq(notes.id, 'a'));
      await tx
        .transaction(async (nested) => {
          await nested.delete(notes);
          throw new Error('only this');
        })
        .catch(() => {});
    });
    expect(told(await draft.diff()).map(([what]) => what)).toEqual([
      'notes a.title',
      'notes a.size',
      'notes b.title',
    ]);
  });

  test('is empty, unnamed or misused', async () => {
    const db = await openWorld();
    expect(await db.$crr.drafts()).toEqual([]);
    await expect(db.$crr.draft('')).rejects.toMatchObject({ code: 'CRR_USAGE_OPTION' });
    const draft = await db.$crr.draft('d');
    const same = await db.$crr.draft('d');
    expect(await same.diff()).toEqual([]);
    await draft.transaction(async () => {});
    const { taken } = await draft.merge({ review: await draft.review() });
    expect(taken).toEqual([]);
    expect(await db.$crr.version()).toBe(0);
    await expect(draft.merge({ review: { token: 'x' } })).rejects.toMatchObject({
      code: 'CRR_USAGE_OPTION',
    });
    const review = await draft.review();
    for (const take of ['all', ['id'], [{ id: 'not of the review' }], [undefined]]) {
      await expect(
        draft.merge({ review, take: take as never }),
        String(take),
      ).rejects.toMatchObject({
        code: 'CRR_USAGE_OPTION',
      });
    }
    for (const none of [undefined, null]) {
      await expect(draft.merge(none as never)).rejects.toMatchObject({ code: 'CRR_USAGE_OPTION' });
      await expect(db.$crr.prune(none as never)).rejects.toThrow('prune() takes an object with');
    }
    await draft.drop();
    await draft.drop();
  });

  test('fetches what somebody else has made elsewhere', async () => {
    const [db, copy] = [await seeded(await openWorld()), await openWorld()];
    await exchange(db, copy);
    const version = await copy.$crr.version();
    await copy
      .update(notes)
      .set({ title: 'by the agent', votes: sql`votes + 2` })
      .where(eq(notes.id, 'a'));
    await copy.delete(notes).where(eq(notes.id, 'b'));
    await copy.insert(teams).values({ id: 't', name: 'new' });
    for (const title of ['x', 'y']) await db.update(notes).set({ title }).where(eq(notes.id, 'a'));
    const before = await rowsOf(db);
    const draft = await db.$crr.draft('agent');
    await draft.fetch(await copy.$crr.changes({ since: version }));
    expect(await rowsOf(db)).toBe(before);
    // It loses by the rules, and is in the draft all the same.
    expect(told(await draft.diff()).sort()).toEqual([
      ['notes a.title', 'one', 'y', 'by the agent', true],
      ['notes a.votes', 0, 0, 2, false],
      ['notes b', 'two', 'two', undefined, false],
      ['teams t', undefined, undefined, undefined, false],
    ]);
    await draft.merge({ review: await draft.review(), message: 'what the agent did' });
    expect(await db.select().from(notes)).toMatchObject([{ title: 'by the agent', votes: 2 }]);
    expect(await db.select().from(teams)).toMatchObject([{ name: 'new' }]);
    await exchange(db, copy);
    expect(await copy.select().from(notes)).toMatchObject([{ title: 'by the agent' }]);
  });
});

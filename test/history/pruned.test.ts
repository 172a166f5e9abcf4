/** What pruning removes, what stays, and what is known of what is gone. */
import { eq, sql } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { counter, crrTable, days, explainError, mvr } from '../../src/index.js';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import { describeEachEngine } from '../support/engines.js';
import { exchange, openSite } from '../support/site.js';

const notes = crrTable(
  'notes',
  {
    id: text('id').primaryKey().notNull(),
    title: text('title'),
    place: text('place'),
    votes: counter('votes'),
    mood: mvr(text('mood')),
  },
  { history: true },
);
const schema = { notes };
type Site = Awaited<ReturnType<typeof openSite<typeof schema>>>;

const all = { keep: 0, force: true } as const;
const titled = (site: Site, title: string) => site.update(notes).set({ title });
const kindsOf = async (site: Site) =>
  (await site.$crr.history(notes)).map(({ kind, changes }) =>
    [kind, ...Object.values(changes).map((change) => change?.to)].join(' '),
  );
const codeOf = (run: () => PromiseLike<unknown>) =>
  Promise.resolve(run()).then(
    () => 'none',
    (error) => (explainError(error) as { code?: string }).code,
  );
const conflictsOf = async (site: Site) =>
  (await site.$crr.conflicts(notes)).flatMap((conflict) =>
    conflict.reason === 'concurrent'
      ? [
          conflict.heads
            .map(({ value }) => String(value))
            .sort()
            .join(' | '),
        ]
      : [],
  );

describeEachEngine('prune', (engine) => {
  test('leaves what the row was at the horizon, and everything later', async () => {
    const a = await openSite(schema, await engine.open());
    await a.insert(notes).values({ id: 'x', title: 'one', place: 'here', mood: 'calm' });
    for (const title of ['two', 'three', 'four']) await titled(a, title);
    await a.update(notes).set({ votes: sql`votes + 2`, mood: 'glad' });
    await a.update(notes).set({ votes: sql`votes + 3` });
    const upTo = await a.$crr.version();
    await titled(a, 'five');
    const before = await kindsOf(a);
    const { pruned, horizons } = await a.$crr.prune({ keep: 0, upTo });
    expect([pruned, horizons]).toEqual([2, { notes: upTo }]);
    const left = await kindsOf(a);
    expect(left).toEqual(before.filter((_, i) => i !== 4 && i !== 5));
    expect((await a.$crr.prune({ keep: 0, upTo })).pruned).toBe(0);
    const then = a.$crr.asOf(notes, { version: upTo });
    expect(await a.select().from(then)).toEqual([
      { id: 'x', title: 'four', place: 'here', votes: 5, mood: 'glad' },
    ]);
    expect((await a.$crr.verify()).findings).toEqual([]);
  });
});

test('who replaced whom stays true without those between: at sites that join late, and at those that missed them', async () => {
  const [a, b, late] = [await openSite(schema), await openSite(schema), await openSite(schema)];
  await a.insert(notes).values({ id: 'x', title: 'one' });
  await exchange(a, b);
  // b has the row only as it was; a goes on, and forgets how.
  await titled(b, 'by b');
  const own = await b.$crr.changes();
  await a.$crr.apply(own);
  for (const title of ['two', 'three']) await titled(a, title);
  expect((await a.$crr.prune(all)).pruned).toBe(2);
  await late.$crr.apply(await a.$crr.changes());
  await b.$crr.apply(await a.$crr.changes());
  for (const site of [a, b, late]) expect(await conflictsOf(site)).toEqual([]);
  expect((await late.$crr.history(notes)).map(({ pruned }) => pruned)).toEqual([true, false]);
  // The event that a has forgotten comes again, and late gets it for the first time.
  for (const site of [a, late]) {
    const before = await kindsOf(site);
    await site.$crr.apply(own);
    expect(await kindsOf(site)).toEqual(before);
    expect(await conflictsOf(site)).toEqual([]);
  }
});

test('what a device wrote before it came back is taken, and is a conflict if it is one', async () => {
  const [a, device] = [await openSite(schema), await openSite(schema)];
  await a.insert(notes).values({ id: 'x', title: 'one' });
  await exchange(a, device);
  await titled(a, 'two');
  await exchange(a, device);
  await titled(device, 'unsent');
  for (const title of ['three', 'four']) await titled(a, title);
  expect((await a.$crr.prune(all)).pruned).toBe(2);
  await a.$crr.apply(await device.$crr.changes());
  await device.$crr.apply(await a.$crr.changes());
  for (const site of [a, device]) expect(await conflictsOf(site)).toEqual(['four | unsent']);
  await titled(device, 'settled');
  await a.$crr.apply(await device.$crr.changes());
  expect((await a.$crr.prune(all)).pruned).toBe(2);
  for (const site of [a, device]) expect(await conflictsOf(site)).toEqual([]);
});

test('conflicts that nobody has settled stay', async () => {
  const [a, b] = [await openSite(schema), await openSite(schema)];
  await a.insert(notes).values({ id: 'x', title: 'base' });
  await exchange(a, b);
  await titled(a, 'from a');
  await titled(b, 'from b');
  await a.delete(notes);
  await exchange(a, b);
  await exchange(a, b);
  expect(await conflictsOf(a)).toEqual(['from b | undefined']);
  expect((await a.$crr.prune(all)).pruned).toBe(2);
  const [conflict] = await a.$crr.conflicts(notes);
  if (conflict?.reason !== 'concurrent') throw new Error('expected a conflict');
  expect(conflict.base).toBeUndefined();
  await conflict.choose(conflict.heads.find(({ value }) => value === 'from b')!);
  await exchange(a, b);
  for (const site of [a, b]) {
    expect(await conflictsOf(site)).toEqual([]);
    expect(await site.select().from(notes)).toMatchObject([{ title: 'from b' }]);
  }
});

test('a moment before the horizon is refused, also if nothing was there then', async () => {
  const a = await openSite(schema);
  const start = await a.$crr.version();
  await a.insert(notes).values({ id: 'x', title: 'one' });
  const [created] = await a.$crr.history(notes);
  await titled(a, 'two');
  const [between] = await a.$crr.history(notes);
  await titled(a, 'three');
  const query = (moment: Parameters<typeof a.$crr.asOf>[1]) => async () =>
    a.select().from(a.$crr.asOf(notes, moment));
  const moments = [
    { version: start },
    { version: start + 2 },
    { time: new Date(created!.at.getTime() - 1) },
    { event: created!.event },
    { event: between!.event },
  ];
  for (const moment of moments) expect(await codeOf(query(moment))).toBe('none');
  expect((await a.$crr.prune(all)).pruned).toBe(1);
  for (const moment of moments) expect(await codeOf(query(moment))).toBe('CRR_HISTORY_PRUNED');
  const error = await query({ version: 1 })().catch(explainError);
  expect(error).toMatchObject({ message: expect.stringContaining('"notes"') });
  expect(error).toMatchObject({ message: expect.stringContaining('db_version 3,') });
  for (const moment of [{ version: 3 }, { time: new Date(Date.now() + 1_000) }]) {
    expect(await query(moment)()).toMatchObject([{ title: 'three' }]);
  }
});

test('what was pruned cannot be taken back, and later writes can', async () => {
  const a = await openSite(schema);
  await a.insert(notes).values({ id: 'x', title: 'one', place: 'here' });
  await titled(a, 'two');
  const [pruned] = await a.$crr.history(notes);
  await titled(a, 'three');
  const [standing] = await a.$crr.history(notes);
  await a.$crr.prune(all);
  for (const { event } of [pruned!, standing!]) {
    expect(await codeOf(() => a.$crr.revert(notes, { event }))).toBe('CRR_HISTORY_PRUNED');
  }
  expect(await codeOf(() => a.$crr.undo())).toBe('CRR_HISTORY_PRUNED');
  await a.update(notes).set({ title: 'four', votes: sql`votes + 4` });
  expect((await a.$crr.undo())?.restored).toHaveLength(2);
  expect(await a.select().from(notes)).toMatchObject([{ title: 'three', votes: 0 }]);
  await a.$crr.redo();
  expect(await a.select().from(notes)).toMatchObject([{ title: 'four', votes: 4 }]);
  const [latest] = await a.$crr.history(notes);
  expect(latest).toMatchObject({ pruned: false, changes: { title: { from: 'three' } } });
  // What was before the last write up to the horizon is not known, and not guessed.
  const events = await a.$crr.history(notes);
  expect(events.find(({ event }) => event === standing!.event)).toMatchObject({
    pruned: true,
    changes: { title: { from: undefined, to: 'three' } },
  });
});

test('what undo and redo are of is known, if the transactions that they took back are gone', async () => {
  const a = await openSite(schema);
  await a.insert(notes).values({ id: 'x', title: 'one' });
  await titled(a, 'two');
  await a.$crr.undo();
  const upTo = await a.$crr.version();
  await a.$crr.redo();
  expect((await a.$crr.prune({ keep: 0, upTo })).pruned).toBe(1);
  expect(await a.$crr.redo()).toBeUndefined();
  await a.$crr.undo();
  expect(await a.select().from(notes)).toMatchObject([{ title: 'one' }]);
  await a.$crr.redo();
  expect(await a.select().from(notes)).toMatchObject([{ title: 'two' }]);
});

test('by age, by the clock of the database, and by number', async () => {
  const a = await openSite(schema);
  await a.insert(notes).values({ id: 'x', title: '0' });
  for (let n = 1; n <= 9; n++) await titled(a, String(n));
  await a.run(sql.raw(`UPDATE notes__crr_log SET time = time - ${days(100)} WHERE id <= 6`));
  await a.run(sql.raw(`UPDATE notes__crr_log SET time = time - ${days(100)} WHERE id <= 3`));
  const force = true;
  expect((await a.$crr.prune({ olderThan: days(300), force })).pruned).toBe(0);
  expect((await a.$crr.prune({ olderThan: days(150), force })).pruned).toBe(1);
  expect((await a.$crr.prune({ olderThan: days(50), keep: 5, force })).pruned).toBe(2);
  expect((await a.$crr.prune({ keep: 3, force })).pruned).toBe(2);
  expect((await kindsOf(a)).slice(0, -1)).toEqual(['9', '8', '7', '6'].map((n) => `update ${n}`));
  // Fewer than before: what was looked at is looked at again.
  expect((await a.$crr.prune({ keep: 1, force })).pruned).toBe(2);
  expect((await a.$crr.prune({ keep: 0, force })).horizons).toEqual({ notes: 10 });
});

test('authors of what is gone are forgotten', async () => {
  const a = await openSite(schema);
  for (const author of ['ann', 'bob', 'cid']) {
    await a.$crr.transaction({ author }, (tx) =>
      tx
        .insert(notes)
        .values({ id: 'x', title: author })
        .onConflictDoUpdate({
          target: notes.id,
          set: { title: author },
        }),
    );
  }
  await a.$crr.prune(all);
  expect(await a.all(sql`SELECT author FROM crr_commit`)).toEqual([
    { author: 'ann' },
    { author: 'cid' },
  ]);
});

test('waits for peers that lack events, unless they are silent for too long', async () => {
  const [server, device] = [await openSite(schema), await openSite(schema)];
  expect(await codeOf(() => server.$crr.prune({ keep: 0 }))).toBe('CRR_USAGE_OPTION');
  expect(await codeOf(() => server.$crr.prune({ force: true }))).toBe('CRR_USAGE_OPTION');
  expect(await codeOf(() => server.$crr.prune({ older: 1 } as never))).toBe('CRR_USAGE_OPTION');
  const handler = createSyncHandler({ db: server, public: true });
  const sync = createSync({ db: device, fetch: handler });
  await server.insert(notes).values({ id: 'x', title: 'one' });
  await sync.sync();
  await sync.sync();
  for (const title of ['two', 'three', 'four']) await titled(server, title);
  const held = await server.$crr.prune({ keep: 0 });
  expect([held.pruned, held.heldBackBy.length]).toEqual([0, 1]);
  expect((await server.$crr.prune({ keep: 0, peerExpiry: 0 })).heldBackBy).toHaveLength(1);
  await sync.sync();
  await sync.sync();
  await titled(device, 'five');
  await sync.sync();
  expect((await server.$crr.prune({ keep: 0 })).pruned).toBe(3);
  // The device knows the whole of it, and the server only the end.
  expect(await kindsOf(device)).toHaveLength(5);
  expect(await kindsOf(server)).toHaveLength(2);
  await titled(server, 'six');
  await titled(server, 'seven');
  await server.run(sql`UPDATE crr_peer SET seen = seen - 100`);
  expect((await server.$crr.prune({ keep: 0 })).pruned).toBeGreaterThan(0);
  await sync.sync();
  for (const site of [server, device]) expect(await conflictsOf(site)).toEqual([]);
  expect(await device.select().from(notes)).toMatchObject([{ title: 'seven' }]);
});

test('two processes that prune at once, in steps of an event', async () => {
  const a = await openSite(schema);
  for (const id of ['x', 'y', 'z']) await a.insert(notes).values({ id, title: 'one' });
  for (const title of ['two', 'three', 'four']) await titled(a, title);
  const steps: number[] = [];
  const options = { ...all, limit: 1, onProgress: () => steps.push(1) };
  const done = await Promise.all([a.$crr.prune(options), a.$crr.prune(options)]);
  expect(done[0]!.pruned + done[1]!.pruned).toBe(6);
  expect(steps.length).toBeGreaterThan(3);
  const late = await openSite(schema);
  await late.$crr.apply(await a.$crr.changes());
  expect(await conflictsOf(late)).toEqual([]);
  expect(await late.select().from(notes).where(eq(notes.id, 'y'))).toMatchObject([
    { title: 'four' },
  ]);
});

test('cells of columns that only others have yet stay as they are', async () => {
  const wide = crrTable(
    'notes',
    { id: text('id').primaryKey().notNull(), title: text('title'), extra: text('extra') },
    { history: true },
  );
  const narrow = crrTable(
    'notes',
    { id: text('id').primaryKey().notNull(), title: text('title') },
    { history: true },
  );
  const [a, b] = [await openSite({ notes: wide }), await openSite({ notes: narrow })];
  await a.insert(wide).values({ id: 'x', title: 'one', extra: 'one' });
  for (const extra of ['two', 'three']) await a.update(wide).set({ title: extra, extra });
  await a.update(wide).set({ title: 'four' });
  await b.$crr.apply(await a.$crr.changes());
  expect((await b.$crr.prune(all)).pruned).toBe(1);
  const late = await openSite({ notes: wide });
  await late.$crr.apply(await b.$crr.changes());
  const [changed] = (await late.$crr.history(wide)).filter(({ changes }) => changes.extra);
  expect(changed!.changes.extra).toMatchObject({ to: 'three' });
});

/** Two sites, of which one has written votes 1, then 2, then 3, and what it offers of each. */
async function votes(): Promise<readonly [a: Site, b: Site, offers: readonly Offer[]]> {
  const [a, b] = [await openSite(schema), await openSite(schema)];
  await a.insert(notes).values({ id: 'x' });
  await exchange(a, b);
  const offers: Offer[] = [];
  for (let n = 0; n < 3; n++) {
    const since = await a.$crr.version();
    await a.update(notes).set({ votes: sql`votes + 1` });
    offers.push(await a.$crr.changes({ since }));
  }
  return [a, b, offers];
}
type Offer = Awaited<ReturnType<Site['$crr']['changes']>>;

const votesAsOf = async (site: Site, version: number) => {
  const [row] = await site.select().from(site.$crr.asOf(notes, { version }));
  return row?.votes;
};

test('shares of a counter that come in another order count as the table counts them', async () => {
  const [, b, [first, second, third]] = await votes();
  const moments: number[] = [];
  for (const offer of [second!, first!, third!, first!]) {
    await b.$crr.apply(offer);
    moments.push(await b.$crr.version());
  }
  expect(await Promise.all(moments.map((version) => votesAsOf(b, version)))).toEqual([2, 2, 3, 3]);
  const events = await b.$crr.history(notes);
  const changes = events.flatMap(({ changes: { votes } }) => (votes ? [votes] : []));
  expect(changes).toMatchObject([
    { from: 2, to: 3 },
    { from: undefined, to: 1 },
    { from: 1, to: 2 },
  ]);
  // What the second event has added is what it is taken back by, though the first one came after it.
  const secondly = events.find(({ changes: { votes } }) => votes?.to === 2)!;
  await b.$crr.revert(notes, { event: secondly.event });
  expect(await b.select().from(notes)).toMatchObject([{ votes: 2 }]);
});

test('pruning keeps the latest share of each site in a counter, whatever came after it', async () => {
  const [a, b, [first, second, third]] = await votes();
  await b.$crr.apply(third!);
  await b.update(notes).set({ votes: sql`votes + 10` });
  for (const offer of [first!, second!]) await b.$crr.apply(offer);
  const then = await b.$crr.version();
  expect(await votesAsOf(b, then)).toBe(13);
  await titled(b, 'later');
  expect((await b.$crr.prune({ keep: 0, upTo: then })).pruned).toBe(1);
  for (const version of [then, await b.$crr.version()]) {
    expect(await votesAsOf(b, version)).toBe(13);
  }
  // Whoever joins gets the share first, and then the earlier ones that another site still has, of which it knows nothing.
  const late = await openSite(schema);
  const left = await b.$crr.changes();
  await late.$crr.apply([...left.changes, ...(await a.$crr.changes()).changes]);
  expect(await votesAsOf(late, await late.$crr.version())).toBe(13);
  expect(await late.select().from(notes)).toMatchObject([{ votes: 13 }]);
});

test('a counter whose shares add up to more than it can show is as of a moment what it was', async () => {
  const [a, b] = await votes();
  const most = Number.MAX_SAFE_INTEGER;
  await b.update(notes).set({ votes: most });
  await a.$crr.apply(await b.$crr.changes());
  expect(await a.select().from(notes)).toMatchObject([{ votes: most }]);
  expect(await votesAsOf(a, await a.$crr.version())).toBe(most);
});

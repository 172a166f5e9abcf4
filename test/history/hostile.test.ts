/**
 * Events that no honest site has made are refused with a code, the database as it was, or spoil nothing but what the log says
 * of their own row.
 */
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Change, CrrError } from '../../src/index.js';
import { EVENT } from '../../src/model/change.js';
import { dump } from '../support/dump.js';
import { numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { openSite } from '../support/site.js';
import { notes, schema } from './model.js';

const INPUTS = numberFromEnv('CRR_INPUTS', 60);
const SEED = seedFromEnv();

/** A site with a few transactions, and its changes. */
async function written() {
  const site = await openSite(schema);
  await site.$crr.transaction({ author: 'ann', message: 'first' }, async (tx) => {
    await tx.insert(notes).values({ id: 'a', title: 'one', size: 1 });
    await tx.insert(notes).values({ id: 'b', title: 'two' });
  });
  await site.update(notes).set({ title: 'three' }).where(eq(notes.id, 'a'));
  await site.update(notes).set({ size: 4 }).where(eq(notes.id, 'a'));
  await site.delete(notes).where(eq(notes.id, 'b'));
  return { site, changes: [...(await site.$crr.changes()).changes] };
}

let source: Awaited<ReturnType<typeof openSite<typeof schema>>>;
let changes: readonly Change[];
beforeAll(async () => {
  ({ site: source, changes } = await written());
});

const isEvent = ({ cid }: Change) => cid === EVENT;
const other = new Uint8Array(16).fill(7);

describe('refused with a code, and the database is as it was', () => {
  const event = (change: Partial<Change>) => change;
  const json = (value: unknown) => event({ val: JSON.stringify(value) });
  test.each([
    ['no text', event({ val: 1 })],
    ['no JSON', event({ val: '{' })],
    ['no object', json([])],
    ['no time', json({ r: 1 })],
    ['a negative time', json({ t: -1, r: 1 })],
    ['a time that is no integer', json({ t: 1.5, r: 1 })],
    ['nothing written', json({ t: 1 })],
    ['cells that are a list', json({ t: 1, r: 1, c: [] })],
    ['a cell without a version', json({ t: 1, c: { title: [null, 'sx'] } })],
    ['a cell whose value is no text', json({ t: 1, c: { title: [1, 5] } })],
    ['a cell whose value is malformed', json({ t: 1, c: { title: [1, '?'] } })],
    ['a parent that is no dot', json({ t: 1, r: 1, p: [['x']] })],
    ['itself as a parent', json({ t: 1, r: 1, p: [[999_999, 0]] })],
    ['a million parents', json({ t: 1, r: 1, p: Array(1_000_000).fill([0, 0]) })],
    ['a parent by no site', json({ t: 1, r: 1, p: [[1, 1, 'zz']] })],
    ['an author of a megabyte', json({ t: 1, r: 1, a: 'x'.repeat(1_000_000) })],
    ['a message that is no text', json({ t: 1, r: 1, m: 5 })],
    ['something taken back that is no transaction', json({ t: 1, r: 1, u: ['x'] })],
  ])('%s', async (_, change) => {
    const site = await openSite(schema);
    const before = await dump(site.$client);
    const forged = changes.map((c) => (isEvent(c) && c.cl === 1 ? { ...c, ...change } : c));
    const error: unknown = await site.$crr.apply(forged).then(
      () => undefined,
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(CrrError);
    expect((error as CrrError).code).toMatch(/^CRR_CHANGE_/);
    expect(await dump(site.$client)).toEqual(before);
  });
});

describe('accepted, and spoils nothing but the log of its row', () => {
  test.each([
    ['parents that nobody has', { p: [[77, 3, '07'.repeat(16)]] }],
    [
      'many parents that nobody has',
      { p: Array.from({ length: 4_096 }, (_, i) => [i, 0, '07'.repeat(16)]) },
    ],
    ['columns that nobody has', { c: { __proto__x: [1, 'sx'], constructor: [1, 'sx'] } }],
    ['a time in a thousand years', { t: 32_503_680_000_000 }],
  ])('%s', async (_, more) => {
    const site = await openSite(schema);
    const forged = changes.map((change) =>
      isEvent(change) && change.cl === 1
        ? { ...change, val: JSON.stringify({ ...JSON.parse(String(change.val)), ...more }) }
        : change,
    );
    await site.$crr.apply(forged);
    await isUsable(site);
  });
});

/** Its rows are those of another site, it is sound, and everything that reads the log goes on. */
async function isUsable(site: typeof source) {
  const rows = await source.select().from(notes).orderBy(notes.id);
  expect(await site.select().from(notes).orderBy(notes.id)).toEqual(rows);
  for (const id of ['a', 'b']) await site.$crr.history(notes, { id });
  await site.select().from(site.$crr.asOf(notes, { time: new Date() }));
  await site.$crr.conflicts(notes).catch((error: CrrError) => {
    // Without registers and constraints, conflicts() may have nothing to list.
    if (error.code !== 'CRR_USAGE_OPTION') throw error;
  });
  await site.update(notes).set({ title: 'later' }).where(eq(notes.id, 'a'));
  await site.$crr.undo();
  expect(await site.select().from(notes).orderBy(notes.id)).toEqual(rows);
  expect((await site.$crr.verify()).findings).toEqual([]);
  const third = await openSite(schema);
  await third.$crr.apply(await site.$crr.changes());
  expect(await third.select().from(notes).orderBy(notes.id)).toEqual(rows);
}

test(`events damaged by chance: seeds ${SEED} and later`, async () => {
  const site = await openSite(schema);
  const random = new Random(SEED);
  let refused = 0;
  for (let i = 0; i < INPUTS; i++) {
    const forged = changes.map((change) =>
      isEvent(change) && random.int(2) === 0 ? damaged(change, random) : change,
    );
    const before = await dump(site.$client);
    try {
      await site.$crr.apply(forged);
    } catch (error) {
      expect(error).toBeInstanceOf(CrrError);
      expect((error as CrrError).code).toMatch(/^CRR_CHANGE_/);
      expect(await dump(site.$client)).toEqual(before);
      refused++;
    }
    await new Promise(setImmediate);
  }
  expect(refused).toBeGreaterThan(INPUTS / 10);
  expect(refused).toBeLessThan(INPUTS);
  await site.$crr.apply(changes);
  await isUsable(site);
});

function damaged(change: Change, random: Random): Change {
  const text = String(change.val);
  const at = random.int(text.length);
  switch (random.int(6)) {
    case 0:
      return { ...change, val: text.slice(0, at) };
    case 1:
      return {
        ...change,
        val:
          text.slice(0, at) + random.pick(['0', '9', '"', ',', '-', 's', 'i']) + text.slice(at + 1),
      };
    case 2:
      return { ...change, site_id: other };
    case 3:
      return { ...change, seq: change.seq + random.int(3) };
    case 4:
      return {
        ...change,
        col_version: change.col_version + random.int(3),
        db_version: change.db_version,
      };
    default:
      return {
        ...change,
        val: JSON.stringify({
          ...JSON.parse(text),
          p: [[random.int(5), random.int(5), random.pick([undefined, '07'.repeat(16)])]],
        }),
      };
  }
}

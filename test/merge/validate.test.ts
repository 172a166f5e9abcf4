import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { type Change, type CrrChangeErrorCode, crrTable, packKey } from '../../src/index.js';
import { dump } from '../support/dump.js';
import { openSite } from '../support/site.js';

const todos = crrTable('todos', {
  id: text('id').primaryKey(),
  title: text('title'),
  done: integer('done').notNull().default(0),
});
const pairs = crrTable('pairs', { a: text('a').notNull(), b: text('b').notNull() }, (t) => [
  primaryKey({ columns: [t.a, t.b] }),
]);
const counted = crrTable('counted', { id: integer('id').primaryKey(), v: text('v') });
const strict = crrTable('strict', { id: text('id').primaryKey(), must: text('must').notNull() });
const plain = sqliteTable('plain', { id: text('id').primaryKey() });
const schema = { todos, pairs, counted, strict, plain };

const SITE = new Uint8Array(16).fill(9);
const VALID: Change = {
  table: 'todos',
  pk: packKey(['a']),
  cid: 'title',
  val: 'x',
  col_version: 1,
  db_version: 1,
  site_id: SITE,
  cl: 1,
  seq: 0,
};
const MAX = Number.MAX_SAFE_INTEGER;

/** code, what is wrong, how a valid change is spoilt. */
const REFUSED: readonly [CrrChangeErrorCode, string, unknown][] = [
  ['CRR_CHANGE_MALFORMED', 'null', null],
  ['CRR_CHANGE_MALFORMED', 'a string', 'change'],
  ['CRR_CHANGE_MALFORMED', 'no columns at all', {}],
  ['CRR_CHANGE_MALFORMED', 'table is no string', { ...VALID, table: 1 }],
  ['CRR_CHANGE_MALFORMED', 'cid is no string', { ...VALID, cid: null }],
  ['CRR_CHANGE_MALFORMED', 'a cell of a deleted row', { ...VALID, cl: 2 }],
  ['CRR_CHANGE_MALFORMED', 'a cell of a key column', { ...VALID, cid: 'id' }],
  ['CRR_CHANGE_PACKED_KEY', 'no key', { ...VALID, pk: undefined }],
  ['CRR_CHANGE_PACKED_KEY', 'a key as text', { ...VALID, pk: '010b0161' }],
  ['CRR_CHANGE_PACKED_KEY', 'an empty key', { ...VALID, pk: new Uint8Array() }],
  ['CRR_CHANGE_PACKED_KEY', 'a key cut short', { ...VALID, pk: VALID.pk.subarray(0, 3) }],
  [
    'CRR_CHANGE_PACKED_KEY',
    'a key that is not a number',
    { ...VALID, pk: new Uint8Array([1, 2, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]) },
  ],
  ['CRR_CHANGE_PACKED_KEY', 'a key with NULL', { ...VALID, pk: packKey([null]) }],
  ['CRR_CHANGE_KEY_COUNT', 'two key columns for one', { ...VALID, pk: packKey(['a', 'b']) }],
  ['CRR_CHANGE_KEY_COUNT', 'no key columns for one', { ...VALID, pk: packKey([]) }],
  [
    'CRR_CHANGE_KEY_COUNT',
    'one key column for two',
    { ...VALID, table: 'pairs', cid: '-1', val: null },
  ],
  [
    'CRR_CHANGE_KEY_COUNT',
    '17 key columns for an unknown table',
    { ...VALID, table: 'later', pk: packKey(Array.from({ length: 17 }, () => 1n)) },
  ],
  ['CRR_CHANGE_VALUE', 'undefined', { ...VALID, val: undefined }],
  ['CRR_CHANGE_VALUE', 'a boolean', { ...VALID, val: true }],
  ['CRR_CHANGE_VALUE', 'a Date', { ...VALID, val: new Date() }],
  ['CRR_CHANGE_VALUE', 'NaN', { ...VALID, val: Number.NaN }],
  ['CRR_CHANGE_VALUE', 'beyond int64', { ...VALID, val: 2n ** 63n }],
  ['CRR_CHANGE_VALUE', 'an array', { ...VALID, val: [1] }],
  ['CRR_CHANGE_VALUE', 'a sentinel with a value', { ...VALID, cid: '-1' }],
  ['CRR_CHANGE_VALUE', 'NULL in NOT NULL', { ...VALID, table: 'strict', cid: 'must', val: null }],
  ['CRR_CHANGE_VALUE', 'a text key of an integer key', { ...VALID, table: 'counted', cid: 'v' }],
  [
    'CRR_CHANGE_VALUE',
    'a real key of an integer key',
    { ...VALID, table: 'counted', cid: 'v', pk: packKey([1.5]) },
  ],
  ...(['col_version', 'db_version', 'seq', 'cl'] as const).flatMap((name) =>
    [-1, 1.5, MAX + 1, Number.NaN, '1', 1n, undefined, Number.POSITIVE_INFINITY].map(
      (value): [CrrChangeErrorCode, string, unknown] => [
        'CRR_CHANGE_VERSION',
        `${name} is ${typeof value} ${value}`,
        { ...VALID, [name]: value },
      ],
    ),
  ),
  ['CRR_CHANGE_VERSION', 'cl is 0', { ...VALID, cl: 0 }],
  ['CRR_CHANGE_SITE_ID', '15 bytes', { ...VALID, site_id: new Uint8Array(15) }],
  ['CRR_CHANGE_SITE_ID', '17 bytes', { ...VALID, site_id: new Uint8Array(17) }],
  ['CRR_CHANGE_SITE_ID', 'text', { ...VALID, site_id: 'a'.repeat(16) }],
  ['CRR_CHANGE_SITE_ID', 'null', { ...VALID, site_id: null }],
  ['CRR_CHANGE_NOT_A_CRR', 'a plain table', { ...VALID, table: 'plain' }],
];

describe('a batch with one bad change is refused whole, and the database is as it was', () => {
  test.each(REFUSED)('%s: %s', async (code, _case, bad) => {
    const db = await openSite(schema);
    await db.insert(todos).values({ id: 'mine', title: 'secret-value' });
    await db.$crr.apply([{ ...VALID, pk: packKey(['known']) }]);
    const before = await dump(db.$client);
    const batch = [{ ...VALID, pk: packKey(['good']) }, bad as Change];
    await expect(db.$crr.apply(batch)).rejects.toMatchObject({
      name: 'CrrChangeError',
      code,
      index: 1,
      message: expect.stringMatching(/^change 1: /),
    });
    expect(await dump(db.$client)).toBe(before);
  });

  test('CRR_CHANGE_FORGED: the local site with a version that it never issued', async () => {
    const db = await openSite(schema);
    await db.insert(todos).values({ id: 'a', title: 'mine' });
    const site_id = await db.$crr.siteId();
    const cases: Change[] = [
      { ...VALID, site_id, col_version: 2 },
      { ...VALID, site_id, pk: packKey(['new']) },
      { ...VALID, site_id, cid: '-1', val: null, cl: 2, col_version: 2 },
      { ...VALID, site_id, val: 'z', col_version: 1 },
    ];
    for (const forged of cases) {
      const before = await dump(db.$client);
      await expect(
        db.$crr.apply([{ ...VALID, pk: packKey(['good']) }, forged]),
      ).rejects.toMatchObject({
        code: 'CRR_CHANGE_FORGED',
        message: expect.stringContaining('rotateSiteId'),
      });
      expect(await dump(db.$client)).toBe(before);
    }
  });

  test.each([
    ['CRR_CHANGE_UNKNOWN', 'an unknown table', { ...VALID, table: 'later' }],
    ['CRR_CHANGE_UNKNOWN', 'an unknown column', { ...VALID, cid: 'later' }],
    [
      'CRR_CHANGE_INCOMPLETE_ROW',
      'a row without a NOT NULL cell',
      { ...VALID, table: 'strict', cid: '-1', val: null },
    ],
  ])("%s: %s, with onUnknown: 'error'", async (code, _case, early) => {
    const db = await openSite(schema);
    const before = await dump(db.$client);
    await expect(
      db.$crr.apply([{ ...VALID, pk: packKey(['good']) }, early], { onUnknown: 'error' }),
    ).rejects.toMatchObject({ name: 'CrrChangeError', code });
    // The site of the batch is not even registered.
    expect(await dump(db.$client)).toBe(before);
  });
});

test('no message holds a value of a row', async () => {
  const db = await openSite(schema);
  for (const [, , bad] of REFUSED) {
    const secret = {
      ...(bad as object),
      ...((bad as Change)?.val === 'x' ? { val: 'hunter2' } : {}),
    };
    const error = await db.$crr.apply([secret as Change]).catch((e: Error) => e);
    expect((error as Error).message).not.toContain('hunter2');
  }
});

test('the greatest versions that are allowed are applied', async () => {
  const db = await openSite(schema);
  await db.$crr.apply([{ ...VALID, col_version: MAX, seq: MAX, cl: MAX }]);
  expect((await db.$crr.changes()).changes).toEqual([
    expect.objectContaining({ cid: '-1', cl: MAX }),
    expect.objectContaining({ cid: 'title', val: 'x', col_version: MAX, cl: MAX, seq: MAX }),
  ]);
});

test('a db_version at the end of safe integers does not take this database there', async () => {
  const db = await openSite(schema);
  await db.$crr.apply([{ ...VALID, db_version: MAX }]);
  await db.insert(todos).values({ id: 'mine', title: 'y' });
  const [theirs, mine] = (await db.$crr.changes()).changes.filter(({ cid }) => cid === 'title');
  expect(mine!.db_version).toBe(theirs!.db_version + 1);
  const other = await openSite(schema);
  await other.$crr.apply(await db.$crr.changes());
  expect(await other.$count(todos)).toBe(2);
});

test('a site id and a key may be a Buffer, or a view into a larger one', async () => {
  const db = await openSite(schema);
  const buffer = Buffer.concat([Buffer.alloc(3), VALID.pk, SITE]);
  const pk = buffer.subarray(3, 3 + VALID.pk.length);
  await db.$crr.apply([{ ...VALID, pk, site_id: buffer.subarray(3 + VALID.pk.length) }]);
  const {
    changes: [change],
  } = await db.$crr.changes();
  expect(change).toEqual({ ...VALID });
});

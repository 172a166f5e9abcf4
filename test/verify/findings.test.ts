/** Each invariant of the bookkeeping: a database that breaks it, the finding, and the repair. */
import { expect, test } from 'vitest';
import { expectConverged, lines, type Site, silently, world } from './world.js';

interface Case {
  readonly title: string;
  readonly break: readonly string[];
  readonly finds: readonly string[];
  /** Versions are lost with it. */
  readonly startsOver?: true;
  /** What cannot be repaired. */
  readonly leaves?: readonly string[];
}

const clock = (set: string, key = 'a1') =>
  `UPDATE docs__crr_clock SET ${set} WHERE key_id = '${key}'`;
const cell = (set: string, where: string) => `UPDATE docs__crr_cell SET ${set} WHERE ${where}`;

const CASES: readonly Case[] = [
  // Rows and clocks
  {
    title: 'a row that was written while triggers were missing is a new write',
    break: ["INSERT INTO docs (id, title, place) VALUES ('new', 'silent', 'a5')"],
    finds: ['row-without-clock docs {"id":"new"}'],
    startsOver: true,
  },
  {
    title: 'a row with counters whose clock is lost keeps what each site has added',
    break: ["DELETE FROM docs__crr_clock WHERE key_id = 'a1'"],
    finds: ['row-without-clock docs {"id":"a1"}'],
    startsOver: true,
  },
  {
    title: 'a row of a composite key without a clock',
    break: ['DELETE FROM pairs__crr_clock'],
    finds: ['row-without-clock pairs {"a":"a","b":1}', 'row-without-clock pairs {"a":"b","b":1}'],
    startsOver: true,
  },
  {
    title: 'a row that was deleted while triggers were missing is a delete',
    break: ["DELETE FROM docs WHERE id = 'a1'"],
    finds: ['clock-without-row docs {"id":"a1"}'],
  },
  {
    title: 'a row of a grow-only table that is gone comes back from the peers',
    break: ["DELETE FROM entries WHERE id = 'b'"],
    finds: ['clock-without-row entries {"id":"b"}'],
    startsOver: true,
  },
  {
    title: 'a row that was created over a tombstone while triggers were missing is a new life',
    break: ["INSERT INTO docs (id, title, place) VALUES ('a3', 'silent', 'a5')"],
    finds: ['tombstone-with-row docs {"id":"a3"}'],
  },
  {
    title: 'a tombstone has no cells',
    break: [clock("clock_title = '1@1:1:1', row_version = 1", 'a3')],
    finds: ['tombstone-malformed docs {"id":"a3"}'],
  },
  {
    title: 'a causal length is a number',
    break: [clock('causal_length = NULL')],
    finds: ['clock-malformed docs {"id":"a1"}'],
    startsOver: true,
  },
  {
    title: 'a causal length is above 0',
    break: [clock('causal_length = 0', 'a3')],
    finds: ['clock-malformed docs {"id":"a3"}'],
    startsOver: true,
  },
  {
    title: 'the version of a row is a number',
    break: [clock('row_version = -4')],
    finds: ['clock-version docs {"id":"a1"}'],
    startsOver: true,
  },
  {
    title: 'the clock of a cell is a version with a stamp',
    break: [clock("clock_title = 'x@1:1:1'")],
    finds: ['clock-version docs {"id":"a1"} title'],
    startsOver: true,
  },
  {
    title: 'a version is one of its column type',
    break: [clock(`clock_high = '${2 ** 47}@1:1:1'`), clock(`clock_title = '${2 ** 48}@1:1:1'`)],
    finds: ['clock-version docs {"id":"a1"} title', 'clock-version docs {"id":"a1"} high'],
    startsOver: true,
  },
  {
    title: 'no row is newer than the database',
    break: ["UPDATE docs__crr_clock SET db_version = 4000 WHERE key_id = 'a1'"],
    finds: ['clock-ahead docs {"id":"a1"}'],
  },
  {
    title: 'the db_version of a row is a number',
    break: [clock("db_version = 'x', row_db_version = 1")],
    finds: ['clock-ahead docs {"id":"a1"}'],
  },
  {
    title: 'the time when a row was written is not later than the time when it changed',
    break: [clock('row_db_version = db_version + 1')],
    finds: ['clock-ahead docs {"id":"a1"}'],
  },
  {
    title: 'no cell is newer than its row',
    break: [clock("clock_title = '1@' || (db_version + 1) || ':1:1'")],
    finds: ['clock-ahead docs {"id":"a1"} title'],
  },
  {
    title: 'the writer of a row is known',
    break: [clock('row_site = 77', 'a2')],
    finds: ['clock-site docs {"id":"a2"}'],
  },
  {
    title: 'the writer of a cell is known',
    break: [clock("clock_title = '1@1:77:1'")],
    finds: ['clock-site docs {"id":"a1"} title'],
  },
  {
    title: 'a row that had a life before has a sentinel',
    break: [clock('sentinel = NULL', 'b3'), clock('sentinel = NULL', 'a3')],
    finds: ['sentinel-malformed docs {"id":"a3"}', 'sentinel-malformed docs {"id":"b3"}'],
  },
  {
    title: 'a row of a table without columns has a sentinel',
    break: ["UPDATE marks__crr_clock SET sentinel = NULL WHERE key_id = 'a'"],
    finds: ['sentinel-malformed marks {"id":"a"}'],
  },
  {
    title: 'a sentinel is a stamp',
    break: [clock("sentinel = '@1:x:2'", 'b3')],
    finds: ['sentinel-malformed docs {"id":"b3"}'],
  },

  // Cells
  {
    title: 'a counter shows the sum of its cells',
    break: ["UPDATE docs SET views = 100 WHERE id = 'a1'"],
    finds: ['value-differs docs {"id":"a1"} views'],
  },
  {
    title: 'a register shows the greatest value that stands',
    break: ["UPDATE docs SET status = 'silent' WHERE id = 'a1'"],
    finds: ['value-differs docs {"id":"a1"} status'],
  },
  {
    title: 'a cell belongs to a row',
    break: [
      "INSERT INTO docs__crr_cell (key_id, column_name, site, version, value, db_version, seq) VALUES ('nobody', 'views', 1, 1, 5, 1, 1)",
    ],
    finds: ['cell-without-row docs {"id":"nobody"}'],
  },
  {
    title: 'a tombstone leaves no cells',
    break: [
      "INSERT INTO docs__crr_cell (key_id, column_name, site, version, value, db_version, seq) VALUES ('a3', 'views', 1, 1, 5, 1, 1)",
    ],
    finds: ['cell-without-row docs {"id":"a3"}'],
  },
  {
    title: 'a cell is one of a counter or register',
    break: [
      "INSERT INTO docs__crr_cell (key_id, column_name, site, version, value, db_version, seq) VALUES ('a1', 'title', 1, 1, 5, 1, 1)",
    ],
    finds: ['cell-column docs {"id":"a1"}'],
  },
  {
    title: 'a contribution is an integer',
    break: [cell("value = 'x'", "key_id = 'a2' AND column_name = 'views'")],
    finds: ['cell-value docs {"id":"a2"} views', 'value-differs docs {"id":"a2"} views'],
    startsOver: true,
  },
  {
    title: 'a value that was overwritten is gone',
    break: [
      "INSERT INTO docs__crr_cell (key_id, column_name, site, version, value, db_version, seq) VALUES ('a2', 'status', 2, 3, 'ghost', 1, 1)",
    ],
    finds: ['cell-value docs {"id":"a2"} status'],
  },
  {
    title: 'the version of a cell is one of its column type',
    break: [
      cell('version = -1', "key_id = 'a2' AND column_name = 'views'"),
      cell(`version = ${2 ** 47}`, "key_id = 'b2' AND column_name = 'views'"),
    ],
    finds: ['cell-malformed docs {"id":"a2"} views', 'cell-malformed docs {"id":"b2"} views'],
    startsOver: true,
  },
  {
    title: 'no cell of a site is newer than its row',
    break: [cell('db_version = db_version + 1', "key_id = 'a2' AND column_name = 'views'")],
    finds: ['cell-ahead docs {"id":"a2"}'],
  },
  {
    title: 'whose contribution it is cannot be found out again',
    break: [cell('site = 77', "key_id = 'a2' AND column_name = 'views'")],
    finds: ['cell-site docs {"id":"a2"}'],
    leaves: ['cell-site docs {"id":"a2"}'],
  },
];

test.each(CASES)('$title', async ({ break: statements, finds, startsOver, leaves = [] }) => {
  const { a, b } = await world();
  await silently(a, ...statements);
  await expectFoundAndRepaired(a, finds, { startsOver: startsOver === true, leaves });
  if (leaves.length === 0) await expectConverged(a, b);
});

test('a database whose db_version went back gets it again from its rows', async () => {
  const { a, b } = await world();
  const version = await a.$crr.version();
  await silently(a, `UPDATE crr_state SET db_version = ${version - 1}`);
  const { findings } = await a.$crr.verify();
  expect(findings.map(({ code }) => code)).toContain('clock-ahead');
  expect((await a.$crr.verify({ repair: true })).findings).toEqual([]);
  expect(await a.$crr.version()).toBeGreaterThanOrEqual(version);
  await expectConverged(a, b);
});

async function expectFoundAndRepaired(
  site: Site,
  finds: readonly string[],
  { startsOver, leaves }: { readonly startsOver: boolean; readonly leaves: readonly string[] },
) {
  const found = await site.$crr.verify();
  expect(lines(found)).toEqual(finds);
  for (const { found: is, expected, isRepairable, code } of found.findings) {
    expect([typeof is, typeof expected, is === 'null', code]).toEqual([
      ...['string', 'string', false],
      code,
    ]);
    expect(isRepairable).toBe(leaves.length === 0);
  }
  expect(await site.$crr.verify()).toEqual(found);
  const result = await site.$crr.verify({ repair: true });
  expect(lines(result)).toEqual(leaves);
  expect(result.startsOver).toBe(startsOver);
  expect(result.repairedCount).toBe(finds.length - leaves.length);
}

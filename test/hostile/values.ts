/** What hostile messages are made of, from the plausible to the absurd. */
import { NEUTRAL_SITE } from '../../src/model/site.js';
import type { Random } from '../support/random.js';

const LONE = '\ud800';
const LONG = 'x'.repeat(3_000);

/** Values that a change can have. */
const VALUES: readonly unknown[] = [
  null,
  0n,
  1n,
  -1n,
  7n,
  2n ** 31n,
  2n ** 53n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  0,
  -0,
  1,
  1.5,
  1e308,
  5e-324,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  '',
  'x',
  'y',
  'mallory',
  'ann',
  'bob',
  'o0',
  'u0',
  'k0',
  'a0',
  'a!',
  'a',
  '~',
  '[1]',
  '{',
  'a\0b',
  '\uFEFF𝄞',
  LONE,
  `x${LONE}y`,
  LONG,
  "'; DROP TABLE things; --",
  new Uint8Array(),
  new Uint8Array([0, 255]),
  new Uint8Array(16).fill(7),
  new Uint8Array(3_000),
];

/** What no change can have, for a caller of `apply()` that does not check types. */
const ABSURD: readonly unknown[] = [
  undefined,
  true,
  Number.NaN,
  2n ** 63n,
  -(2n ** 64n),
  [1],
  {},
  Object.create(null),
  new Date(0),
  new Date(Number.NaN),
  Symbol('s'),
  () => 1,
  new Uint16Array([1, 2]),
  new ArrayBuffer(4),
  new String('x'),
  { toString: () => 'x', valueOf: () => 1 },
];

/** Versions: the edges of what the ranges on the wire and JavaScript can hold. */
const VERSIONS: readonly number[] = [
  0,
  1,
  2,
  3,
  4,
  9,
  100,
  2 ** 24,
  2 ** 24 + 1,
  2 ** 28,
  2 ** 31,
  2 ** 47 - 1,
  2 ** 47,
  2 ** 47 + 1,
  2 ** 48,
  2 ** 49,
  2 ** 50,
  2 ** 50 + 1_700_000_000_000,
  2 ** 51,
  2 ** 52,
  2 ** 52 + 3,
  2 ** 53 - 2,
  2 ** 53 - 1,
];
const ABSURD_VERSIONS: readonly unknown[] = [
  2 ** 53,
  1e300,
  -1,
  -(2 ** 53),
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '1',
  1n,
  null,
  undefined,
  {},
  [],
];

const NAMES: readonly string[] = [
  '',
  '-1',
  'id',
  'rowid',
  'ID',
  'title',
  'owner',
  'votes',
  'tag',
  'clock_title',
  'row_version',
  'nothing',
  'later',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'a"b',
  "a'b",
  'a\0b',
  'title\u0001counts',
  LONE,
  'é',
  LONG,
];

const TABLES: readonly string[] = [
  'things',
  'notes',
  'users',
  'tasks',
  'members',
  'notices',
  'tags',
  'projects',
  'pairs',
  'THINGS',
  'plain',
  'later',
  'crr_state',
  'crr_site',
  'crr_pending',
  'things__crr_clock',
  'things__crr_gate',
  'sqlite_master',
  'sqlite_sequence',
];

/** Hex digits and texts of a fixed length that stand for signed things. */
const RECEIPTS: readonly string[] = [
  '',
  'x',
  '1.aaaaaaaaaaaa/bbbbbbbbbbbbbbbb',
  '999999999999999.aaaaaaaaaaaa.cccccccccccc/bbbbbbbbbbbbbbbb',
  '0.000000000000/0000000000000000',
  LONE,
  LONG,
];

const FILTERS: readonly string[] = ['', '?', 'x', '@1', '@999999999999999', LONE, LONG];

export const anyValue = (random: Random) => random.pick(VALUES);
export const absurdValue = (random: Random) => random.pick(ABSURD);
export const anyVersion = (random: Random) =>
  random.chance(0.5) ? random.int(6) : random.pick(VERSIONS);
export const absurdVersion = (random: Random) => random.pick(ABSURD_VERSIONS);
export const anyName = (random: Random) => random.pick(NAMES);
export const anyTable = (random: Random) =>
  random.chance(0.8) ? random.pick(TABLES) : random.pick(NAMES);
export const anyReceipt = (random: Random) => random.pick(RECEIPTS);
export const anyFilter = (random: Random) => random.pick(FILTERS);

/** Keys that rows of the tables have, or could have. */
export const anyKeyValue = (random: Random): unknown =>
  random.chance(0.75)
    ? random.pick(['i0', 'i1', 'i3', 'n0', 'n2', 'u0', 'u4', 'o0', 'k0', 'g0', 'm0', 'x1', 1n, 2n])
    : anyValue(random);

/** Sites beside those that take part. */
export const anySite = (random: Random): Uint8Array =>
  random.pick([() => NEUTRAL_SITE, () => new Uint8Array(16).fill(255), () => random.bytes(16)])();

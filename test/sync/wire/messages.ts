/** Messages for the tests of wire forms. */
import { packKey } from '../../../src/index.js';
import type { Change } from '../../../src/model/change.js';
import type { SyncRequest, SyncResponse } from '../../../src/sync/protocol.js';

export const siteId = (byte: number) => new Uint8Array(16).fill(byte);

export const row = {
  table: 't',
  pk: packKey(['k']),
  cl: 1,
  col_version: 1,
  db_version: 7,
  site_id: siteId(2),
};

export const changes: Change[] = [
  { ...row, cid: 'a', val: 5n, seq: 1 },
  { ...row, cid: 'b', val: 1, seq: 2 },
  { ...row, cid: 'c', val: 'é', seq: 3, col_version: 300, db_version: 6 },
  { ...row, cid: 'd', val: new Uint8Array([0]), seq: 9, site_id: siteId(3) },
  { ...row, pk: packKey([2n]), cid: 'a', val: null, seq: 10 },
  { ...row, pk: packKey([2n]), cid: 'd', val: -(2n ** 63n), seq: 11 },
  { ...row, table: 'u', pk: packKey(['k']), cid: '-1', val: null, cl: 2, col_version: 2, seq: 0 },
];

export const request: SyncRequest = {
  siteId: siteId(1),
  schema: '0123456789abcdef',
  to: siteId(4),
  tables: ['t', 'u'],
  push: {
    changes,
    through: { since: 3, after: { db_version: 7, row: { table: 't', key: '-5' } } },
  },
  pull: {
    cursor: { since: 1, after: { db_version: 2 } },
    filter: 'f',
    skip: [4, 9],
    maxBytes: 300,
  },
};

export const response: SyncResponse = {
  siteId: siteId(4),
  schema: '',
  rights: 'w',
  dbVersion: 2 ** 53 - 1,
  pushed: { stamp: 9, cellsWon: 1, cellsIgnored: 2, pending: 3, held: 2 },
  pulled: {
    changes: [],
    hidden: [
      { table: 't', pk: packKey([1n]) },
      { table: 't', pk: packKey([2n]) },
    ],
    cursor: 9,
    filter: 'f',
    more: true,
    restarted: false,
    ownReturn: false,
  },
  refused: [
    { table: 't', pk: packKey([3n]), drop: true, code: 'CRR_CHANGE_ROW_REFUSED' },
    { table: 't', pk: packKey([4n]), drop: false, code: 'X' },
  ],
};

/** With every optional part and form of a cursor that the messages above lack. */
export const rareRequest: SyncRequest = {
  siteId: siteId(1),
  schema: '',
  push: {
    changes: [],
    through: { since: 3, after: { db_version: 7, part: { count: 2, mark: '0123456789abcdef' } } },
  },
  pull: {
    cursor: {
      since: 1,
      after: { db_version: 2, row: { table: 't', key: '-5' }, part: { count: 300, mark: 'f' } },
    },
    filter: '',
    skip: [],
    maxBytes: 0,
  },
  maxMessageBytes: 5_000,
  receipt: '1.aa/bb',
  ticket: { last: '', next: 'cc:2' },
};

export const rareResponse: SyncResponse = {
  siteId: siteId(4),
  schema: '',
  rights: '',
  dbVersion: 0,
  receipt: '1.aa/bb',
  rejected: [{ table: 't', pk: packKey([5n]) }],
  tooLarge: [{ table: 't', pk: new Uint8Array(), cid: 'c' }],
};

/** One value of each kind that is easily lost. */
export const values = [
  null,
  0n,
  -1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  1,
  -0,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  5e-324,
  '',
  'a\0b',
  '\uFEFF𝄞',
  new Uint8Array(),
  new Uint8Array([0, 255]),
];

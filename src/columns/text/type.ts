import { affinityOf } from '../../model/declared-type.js';
import type { ColumnKind } from '../../model/table-spec.js';
import { storageClass } from '../../model/value.js';
import type { CellColumnType } from '../column-type.js';
import { RANGE_WIDTH } from '../wire-range.js';
import { shownText, writeText } from './write.js';

/** How many bytes one update may have: more than a book, less than what a hostile client would send. */
export const MAX_UPDATE_BYTES = 2 ** 24;

/*
 * Versions of a site's cells, n = 1, 2, 3 ...: update n of the site is 2n, and 2n + 1 is its baseline n, which
 * stands for its updates up to n and for its earlier baselines.
 */
const COVERS = (version: string) => `${version} % 2 = 1`;

/**
 * A text that several people edit at once. A document is the union of the updates that sites have written, which
 * nobody changes any more, so merging needs no codec. The cell of no site holds the plain text that the column had
 * before anybody edited it as a document: there the last write wins, and once there are updates it counts no more.
 */
export const collaborativeText: CellColumnType = {
  name: 'text',
  fingerprint: 'text',
  storage: 'cells',
  range: { name: 'text', first: 6 * RANGE_WIDTH },
  lists: undefined,
  log: { covers: COVERS },
  refuse({ name, sqlType, notNull, default: value }) {
    if (affinityOf(sqlType) === 'text' && !notNull && value === undefined) return undefined;
    return `is a collaborative text, which may be NULL and has no default: declare it with collaborativeText('${name}', codec) and nothing else`;
  },
  refuseCell(val) {
    if (val === null || typeof val === 'string') return undefined;
    if (!(val instanceof Uint8Array)) {
      return `is a collaborative text, which takes updates (blob) and plain text, and this value is ${storageClass(val)}`;
    }
    if (val.length <= MAX_UPDATE_BYTES) return undefined;
    return `is a collaborative text, whose updates have at most ${MAX_UPDATE_BYTES} bytes, and this one has ${val.length}`;
  },
  fromOtherType: (value) => `CAST(${value} AS TEXT)`,
  write: writeText,
  unshared: {
    condition: "typeof(value) = 'blob'",
    version: 'version',
    value: 'value',
    leftVersion: 'version',
    leftValue: 'value',
  },
  // Of a document that others have changed, the column shows what it showed, until a process with the codec comes by.
  shown: shownText,
  faults: (_, { value }) => [
    {
      broken: `typeof(${value}) NOT IN ('blob', 'text', 'null')`,
      expected: 'an update or a plain text',
    },
  ],
  showsCellsOnly: false,
  stands: () => true,
  standsSql: 'true',
  isMark: () => false,
  versionPerWrite: 1,
  isWorthCell: (value) => `${value} IS NOT NULL`,
};

export const TEXT_KIND: ColumnKind = { type: collaborativeText.name };

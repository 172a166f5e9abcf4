import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import type { DriverRow } from '../sql/driver-value.js';
import { block, type Fragment, list, statementText } from '../sql/layout.js';
import { type Query, queryRow, statement } from '../sql/statement.js';
import { keyValuesOf, readKey } from './clock/read-key.js';
import type { FindingCode } from './finding.js';

/*
 * What is always true of the bookkeeping. Each module states what holds of its own tables, as a condition on the rows
 * that break it; see TableModule. Conditions are plain SQL, so every engine can check them, and they are read in
 * pages, so the size of a table does not matter.
 */

/** Something that holds of each row of a table. */
export interface Invariant {
  readonly code: FindingCode;
  /** Name of the column that it is about. */
  readonly column?: string;
  /** SQL condition on the rows that break it. */
  readonly broken: Fragment;
  /** SQL of a text: what is, and what should be. */
  readonly found: Fragment;
  readonly expected: Fragment;
  /** How all rows that break it are brought into order; none if that could lose data. */
  readonly repairs?: readonly Repair[];
}

/** Statements that bring the rows into order that break an invariant. */
export interface Repair {
  /** Repairs run in this order: what is left over goes before what is missing is made from the rows. */
  readonly step: 'state' | 'remove' | 'stamp' | 'show';
  /** Each can be run again. */
  readonly statements: readonly string[];
  /**
   * Versions are lost with it: this database takes a new site id and gets everything from its peers again, or it
   * would ignore what they have and they what it writes.
   */
  readonly forgets?: boolean;
  /** What tables with constraints show is decided anew. */
  readonly settles?: boolean;
}

/** Rows of one table, with what holds of each. */
export interface Inspection {
  /** The table that findings name: a user's, or a shared one of the bookkeeping. */
  readonly table: string;
  /** The rows; undefined if the invariants are about the database as a whole. */
  readonly rows?: InspectedRows;
  readonly invariants: readonly Invariant[];
}

export interface InspectedRows {
  /** The quoted table, and the alias under which conditions name it. */
  readonly from: string;
  readonly alias: string;
  /** Name of its rowid. */
  readonly rowid: string;
  /** Joined to it: at most one row for each. */
  readonly joins?: Fragment;
  readonly key: InspectedKey;
}

/** The key of an inspected row: that of a CRR, or texts by their names. */
export type InspectedKey =
  | { readonly spec: TableSpec /** SQL of a key column. */; readonly of: (name: string) => string }
  | readonly { readonly name: string; readonly sql: string }[];

/** How many rows one statement looks at. */
const PAGE = 2_000;

/** Rowids, as SQL: those above the first, up to the second. Drivers do not hand out each as a number. */
export interface Page {
  readonly after: string;
  readonly to: string;
}

export const FIRST_ROWID = '-9223372036854775807';

/** Reads where the page ends that begins after a rowid; undefined if there are no more rows. */
export function readPageEnd(
  { from, rowid }: InspectedRows,
  after: string,
  read: (to: string | undefined) => void,
): Query {
  const sql = statementText`
    SELECT CAST(max(id) AS TEXT)
    FROM (
      SELECT ${rowid} AS id FROM ${from}
      WHERE ${rowid} > ${after}
      ORDER BY ${rowid}
      LIMIT ${PAGE}
    )`;
  return queryRow(sql, ({ 0: to }) => read(to === null ? undefined : String(to)));
}

/** A row that breaks an invariant. */
export interface BrokenRow {
  /** The values of a CRR's key, or the values of another key by their names. */
  readonly key: readonly SqlValue[] | Readonly<Record<string, string>>;
  readonly found: string;
  readonly expected: string;
}

/** Reads the rows of a page that break an invariant. */
export function readBroken(
  { rows }: Inspection,
  { broken, found, expected }: Invariant,
  page: Page | undefined,
  read: (row: BrokenRow) => void,
): Query {
  const key = rows === undefined ? [] : keyColumns(rows.key);
  // Some drivers hand out rows as objects, so every column has a name of its own.
  const columns = [...key, found, expected].map((sql, i) => block`${sql} AS crr_${i}`);
  const source = rows === undefined ? '' : `FROM ${rows.from} AS ${rows.alias}`;
  const inPage =
    rows === undefined || page === undefined
      ? ''
      : `${rows.alias}.${rows.rowid} > ${page.after} AND ${rows.alias}.${rows.rowid} <= ${page.to} AND`;
  const sql = statementText`
    SELECT
      ${list(columns)}
    ${source}
    ${rows?.joins ?? ''}
    WHERE
      ${inPage} (
        ${broken}
      )`;
  return {
    ...statement(sql),
    read(found) {
      for (const row of found) {
        read({
          key: rows === undefined ? {} : keyOfRow(rows.key, row),
          found: String(row[key.length]),
          expected: String(row[key.length + 1]),
        });
      }
    },
  };
}

const keyColumns = (key: InspectedKey): readonly Fragment[] =>
  'spec' in key ? keyValuesOf(key.spec, key.of) : key.map(({ sql }) => sql);

function keyOfRow(key: InspectedKey, row: DriverRow): BrokenRow['key'] {
  if ('spec' in key) return readKey(key.spec, row, 0);
  return Object.fromEntries(key.map(({ name }, i) => [name, String(row[i])]));
}

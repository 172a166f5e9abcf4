import { maskableColumns, referencesOf, uniquesOf } from '../../model/constraints.js';
import { affinityOf } from '../../model/declared-type.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import type { SqlValue } from '../../model/value.js';
import { type DriverRow, exactValue, portable } from '../../sql/driver-value.js';
import { all, type Fragment, lines, list, statementText } from '../../sql/layout.js';
import { quoteName } from '../../sql/quote.js';
import { type Query, type Statement, statement } from '../../sql/statement.js';
import { keyValues, keyWidth, readKey } from '../clock/read-key.js';
import { clock, clockKeyIs, clockKeys, clockRowid } from '../clock/table.js';
import { takeSeqs } from '../clock/write.js';
import { shownValue } from './masks.js';
import { bury } from './rivals.js';
import { isBaseOf, lacksShownParent, valuesOf } from './sql.js';
import { ASIDE, aside, lost, mask } from './table.js';
import { trueValue } from './truth.js';

/** A constraint that a merged row breaks. */
export interface BrokenConstraint {
  readonly key: readonly SqlValue[];
  readonly reason: 'unique' | 'reference' | 'rejected';
  /** The columns of the unique index or the reference, by name; none of a row that the database rejects. */
  readonly columns: readonly string[];
  /** The name of the unique index. */
  readonly index?: string;
  /** The key of the row that has the unique values. */
  readonly winner?: readonly SqlValue[];
  /** The row that is referred to. */
  readonly parent?: { readonly table: string; readonly key: readonly SqlValue[] };
  /** Why the database rejects the row, in its words, if it gave a reason. */
  readonly error?: string | undefined;
  /** The row as it is merged. */
  readonly cells: readonly Cell[];
  /** The cells that the base table shows otherwise; undefined if it does not show the row. */
  readonly shows: readonly Cell[] | undefined;
}

export interface Cell {
  readonly column: ReplicatedColumnSpec;
  readonly value: SqlValue;
}

/** Lists the constraints that rows aside break, in the order of their keys. */
export function brokenConstraints(
  spec: TableSpec,
  read: (broken: BrokenConstraint) => void,
): Query {
  const names = spec.clockColumns.map(({ name }) => name);
  const masked = maskableColumns(spec);
  const uniques = uniquesOf(spec);
  const references = referencesOf(spec);
  const values = [
    ...names.map((name) => [name, trueValue(spec, name)] as const),
    ...masked.map((name) => [name, shownValue(spec, name, ASIDE)] as const),
  ].map(([name, sql]) => ({
    sql,
    column: spec.clockColumns.find((other) => other.name === name)!,
  }));
  const classes = values.map(({ sql }) => `substr(typeof(${sql}), 1, 1)`);
  const flags = [
    `ifnull(${ASIDE}.state, '')`,
    ...masked.map((name) => `ifnull(${ASIDE}.${mask(name)}, 0)`),
    ...uniques.map((_, n) => `${ASIDE}.${lost(n)} IS NOT NULL`),
    ...references.map((reference) => {
      const parent = valuesOf(spec, reference.columns, ASIDE);
      return lacksShownParent(reference, parent);
    }),
  ];
  const winners = uniques.flatMap((_, n) => keyValues(spec, `winner_${n}`));
  const columns: Fragment[] = [
    ...keyValues(spec, ASIDE),
    ...values.map(({ sql, column }) => portable(sql, affinityOf(column.sqlType))),
    classes.length === 0 ? "''" : classes.join(' || '),
    ...flags,
    ...winners,
    `${ASIDE}.error`,
  ];
  const sql = statementText`
    SELECT
      ${list(columns)}
    FROM ${aside(spec)} AS ${ASIDE}
    LEFT JOIN ${quoteName(spec.name)} AS base ON ${isBaseOf(spec, ASIDE, 'base')}
    ${joins(spec)}
    ORDER BY ${clockKeys(spec)
      .map((key) => `${ASIDE}.${key}`)
      .join(', ')}`;
  const atValues = keyWidth(spec);
  const atFlags = atValues + values.length + 1;
  const atUniques = atFlags + 1 + masked.length;
  const atReferences = atUniques + uniques.length;
  const atWinners = atReferences + references.length;
  const atError = atWinners + winners.length;
  const readRow = (row: DriverRow) => {
    const letters = String(row[atFlags - 1]);
    const all = values.map(({ column }, i) => ({
      column,
      value: exactValue(row[atValues + i]!, letters[i]!),
    }));
    const isSet = (at: number) => Number(row[at]) === 1;
    const key = readKey(spec, row, 0);
    const state = row[atFlags];
    const isParked = state !== '';
    const cells = all.slice(0, names.length);
    const shown = all.slice(names.length).filter((_, i) => isSet(atFlags + 1 + i));
    const common = { key, cells, shows: isParked ? undefined : shown };
    const merged = new Map([
      ...spec.key.map(({ name }, i) => [name, key[i]!] as const),
      ...cells.map(({ column, value }) => [column.name, value] as const),
    ]);
    if (state === 'rejected') {
      const error = row[atError] === null ? undefined : String(row[atError]);
      read({ ...common, reason: 'rejected', columns: [], error });
    }
    uniques.forEach(({ name, columns }, n) => {
      if (!isSet(atUniques + n)) return;
      const winner = readKey(spec, row, atWinners + n * keyWidth(spec));
      read({ ...common, reason: 'unique', columns, index: name, winner });
    });
    references.forEach(({ columns, parent }, n) => {
      if (!isSet(atReferences + n)) return;
      const parentKey = columns.map((name) => merged.get(name)!);
      read({ ...common, reason: 'reference', columns, parent: { table: parent, key: parentKey } });
    });
  };
  return { ...statement(sql), read: (rows) => Array.from(rows).forEach(readRow) };
}

/** The clocks of the rows that won. */
function joins(spec: TableSpec): Fragment {
  return lines(
    uniquesOf(spec).map(
      (_, n) =>
        `LEFT JOIN ${clock(spec)} AS winner_${n} ON winner_${n}.${clockRowid(spec)} = ${ASIDE}.${lost(n)}`,
    ),
  );
}

/** Deletes a row that is parked, for all sites. */
export function discardStatements(spec: TableSpec, key: readonly SqlValue[]): Statement[] {
  const buried: SqlValue[] = [];
  const removed: SqlValue[] = [];
  return [
    statement(String(takeSeqs(spec))),
    statement(bury(spec, all(clockKeyIs(spec, key, buried))), buried),
    statement(
      `DELETE FROM ${aside(spec)} WHERE ${clockKeyIs(spec, key, removed).join(' AND ')}`,
      removed,
    ),
  ];
}

/** Whether a row is parked. */
export function readParked(
  spec: TableSpec,
  key: readonly SqlValue[],
  read: (isParked: boolean) => void,
): Query {
  const args: SqlValue[] = [];
  const sql = statementText`
    SELECT 1 FROM ${aside(spec)}
    WHERE ${all([...clockKeyIs(spec, key, args), 'state IS NOT NULL'])}`;
  return { sql, args, read: (rows) => read(rows.length > 0) };
}

/** How many rows are parked, and how many are shown with masks. */
export function countAside(
  spec: TableSpec,
  read: (counts: { readonly parked: number; readonly masked: number }) => void,
): Query {
  const sql = `SELECT count(state), count(*) - count(state) FROM ${aside(spec)}`;
  return {
    ...statement(sql),
    read: ([row]) => read({ parked: Number(row![0]), masked: Number(row![1]) }),
  };
}

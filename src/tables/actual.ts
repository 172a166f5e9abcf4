import type { ColumnKind, TableSpec } from '../model/table-spec.js';
import { columnType, hasRowidKey } from './clock/table.js';

/**
 * The parts of a CRR besides its base table, read from the database or known from the migrations
 * so far; expectedCrr() makes those that a spec asks for.
 */
export interface ActualCrr {
  /** Texts by name, of the triggers for local writes. An empty text is that of an earlier version: there, and outdated. */
  readonly triggers: ReadonlyMap<string, string>;
  /** What only merging needs; see merging.ts. */
  readonly merging: ReadonlyMap<string, string>;
  /** Triggers of users that run before those of the CRR, and should run after them; see TriggerOrder. */
  readonly lateTriggers?: readonly string[];
  /** Tables and indexes by name, with their texts as sqlite_master keeps them; empty = outdated. */
  readonly objects: ReadonlyMap<string, string>;
  readonly clock: ActualClock | undefined;
  /** The replicated columns that have a clock or cells, and how they merge. */
  readonly columns: ReadonlyMap<string, ColumnKind>;
  /** What crr_table records; undefined if it has no row for the table. */
  readonly recorded: string | undefined;
}

export interface ActualClock {
  /** Key columns under the user's names, with the type that the clock table gives them. */
  readonly key: readonly { readonly name: string; readonly type: string }[];
  /** Whether the clock's rowid is the base row's key. */
  readonly isRowidKey: boolean;
  /** The user's columns that have clocks. */
  readonly columns: readonly string[];
}

/** The clock table that a spec asks for. */
export function expectedClock(spec: TableSpec): ActualClock {
  const isRowidKey = hasRowidKey(spec);
  return {
    key: spec.key.map((column) => ({
      name: column.name,
      type: isRowidKey ? 'INTEGER' : columnType(column),
    })),
    isRowidKey,
    columns: spec.clockColumns.map(({ name }) => name),
  };
}

/** Whether clocks of one key can serve another: the same columns in order, compared in the same way. */
export function isSameClockKey(
  a: ActualClock,
  b: ActualClock,
  renamed: ReadonlyMap<string, string> = new Map(),
): boolean {
  return (
    a.isRowidKey === b.isRowidKey &&
    a.key.length === b.key.length &&
    a.key.every(({ name, type }, i) => {
      const other = b.key[i]!;
      return (renamed.get(name) ?? name) === other.name && type === other.type;
    })
  );
}

/** sqlite_master stores a table's text without IF NOT EXISTS. */
export function storedText(statement: string): string {
  return statement.replace('CREATE TABLE IF NOT EXISTS', 'CREATE TABLE');
}

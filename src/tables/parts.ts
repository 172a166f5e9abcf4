import type { ColumnKind, TableSpec } from '../model/table-spec.js';
import { cellGateStatement } from './cells/site-cells.js';
import { columnType, hasRowidKey } from './clock/clock-table.js';
import { gateTableStatement } from './gate/merge-gate.js';
import { tableTriggers } from './install.js';

/**
 * What a CRR has in a database beside its base table. One side of every comparison is made from a
 * spec ({@link expectedParts}), the other from a database or from the migrations so far.
 */
export interface CrrParts {
  /** Texts by name. An empty text is that of an earlier version: there, and outdated. */
  readonly triggers: ReadonlyMap<string, string>;
  /** The text of the gate's table as sqlite_master keeps it. */
  readonly gate: string | undefined;
  readonly clock: ClockParts | undefined;
  /** Undefined where there is no table of cells. */
  readonly cells: CellParts | undefined;
  /** How columns merge, as far as that is known. */
  readonly kinds?: ReadonlyMap<string, ColumnKind>;
}

export interface ClockParts {
  /** Key columns under the user's names, with the type that the clock table gives them. */
  readonly key: readonly { readonly name: string; readonly type: string }[];
  /** Whether the clock's rowid is the base row's key. */
  readonly rowidKey: boolean;
  /** The user's columns that have clocks. */
  readonly columns: readonly string[];
  readonly hasIndex: boolean;
}

/** What a CRR with counters or multi-value registers has besides. */
export interface CellParts {
  readonly hasIndex: boolean;
  /** The text of the cells' gate as sqlite_master keeps it. */
  readonly gate: string | undefined;
}

export function expectedParts(spec: TableSpec): CrrParts {
  const cellGate = cellGateStatement(spec);
  return {
    triggers: new Map(tableTriggers(spec).map(({ name, sql }) => [name, sql])),
    gate: storedTableText(gateTableStatement(spec)),
    clock: expectedClock(spec),
    cells: cellGate === undefined ? undefined : { hasIndex: true, gate: storedTableText(cellGate) },
    kinds: new Map(
      [...spec.clockColumns, ...spec.cellColumns].map(({ name, kind }) => [name, kind]),
    ),
  };
}

export function expectedClock(spec: TableSpec): ClockParts {
  const rowidKey = hasRowidKey(spec);
  return {
    key: spec.key.map((column) => ({
      name: column.name,
      type: rowidKey ? 'INTEGER' : columnType(column),
    })),
    rowidKey,
    columns: spec.clockColumns.map(({ name }) => name),
    hasIndex: true,
  };
}

/** Whether clocks of one key can serve another: the same columns in order, compared in the same way. */
export function sameKey(
  a: ClockParts,
  b: ClockParts,
  renamed: ReadonlyMap<string, string> = new Map(),
): boolean {
  return (
    a.rowidKey === b.rowidKey &&
    a.key.length === b.key.length &&
    a.key.every(({ name, type }, i) => {
      const other = b.key[i]!;
      return (renamed.get(name) ?? name) === other.name && type === other.type;
    })
  );
}

/** sqlite_master stores a table's text without IF NOT EXISTS. */
function storedTableText(statement: string): string {
  return statement.replace('CREATE TABLE IF NOT EXISTS', 'CREATE TABLE');
}

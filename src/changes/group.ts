import type { CrrSchema } from '../schema/read-schema.js';
import { isTimed, type TableSpec } from '../schema/table-spec.js';
import { type Change, SENTINEL } from './change.js';
import { validateChange } from './validate.js';
import { bytesToHex, compareValues, type SqlValue } from './value.js';

/** Everything that a batch says of one row at its greatest causal length. */
export interface RowOffer {
  readonly pk: Uint8Array;
  readonly key: readonly SqlValue[];
  cl: number;
  sentinel: Change | undefined;
  /** The best cell per column, by the column's index. */
  cells: (Change | undefined)[];
  /** The best state per cell of the site columns, by column and site. */
  siteCells?: Map<string, Change> | undefined;
}

/** A change that has no column to go to yet. */
export interface EarlyChange {
  /** Its column is there, but its version is a time too far ahead. */
  readonly held?: boolean;
  readonly change: Change;
  readonly key: readonly SqlValue[];
}

export interface GroupedChanges {
  readonly tables: ReadonlyMap<TableSpec, readonly RowOffer[]>;
  /** Changes of tables and columns that are not in this schema. */
  readonly early: readonly EarlyChange[];
  readonly greatestDbVersion: number;
  /** How many cells (not sentinels) the batch holds. */
  readonly cellCount: number;
  readonly siteIds: ReadonlySet<Uint8Array>;
}

/**
 * Validates a batch and groups it by row, so that each row is offered to its gate once.
 *
 * @param greatestTime the greatest version that columns merged by time take now.
 * @throws {CrrChangeError} for the first change that no database could have sent.
 */
export function groupChanges(
  changes: readonly Change[],
  schema: CrrSchema,
  greatestTime: number = Number.POSITIVE_INFINITY,
): GroupedChanges {
  const tables = new Map<string, TableGroup>();
  const early: EarlyChange[] = [];
  const siteIds = new Set<Uint8Array>();
  let greatestDbVersion = 0;
  let cellCount = 0;
  // The cells of a row usually come one after the other and share one `pk`.
  let previous: { change: Change; key: SqlValue[]; row: RowOffer | undefined } | undefined;

  changes.forEach((change, index) => {
    const key = validateChange(change, schema, index, previous?.change.pk, previous?.key);
    greatestDbVersion = Math.max(greatestDbVersion, change.db_version);
    siteIds.add(change.site_id);
    if (change.cid !== SENTINEL) cellCount++;

    let table = tables.get(change.table);
    if (table === undefined) {
      const spec = schema.tables.get(change.table)?.spec;
      if (spec === undefined) {
        early.push({ change, key });
        return;
      }
      table = new TableGroup(spec);
      tables.set(change.table, table);
    }
    const column = table.columns.get(change.cid);
    const ofSite = column === undefined && table.siteColumns.has(change.cid);
    if (column === undefined && !ofSite && change.cid !== SENTINEL) {
      early.push({ change, key });
      return;
    }
    if (change.col_version > greatestTime && table.isTimed(column)) {
      early.push({ change, key, held: true });
      return;
    }
    const sameRow = previous?.change.pk === change.pk && previous.change.table === change.table;
    const row = (sameRow ? previous?.row : undefined) ?? table.row(change, key);
    offer(row, change, column);
    previous = { change, key, row };
  });

  return {
    tables: new Map([...tables.values()].map((group) => [group.spec, group.rows])),
    early,
    greatestDbVersion,
    cellCount,
    siteIds,
  };
}

/** A function takes only so many arguments; beyond this, keys are told apart by a slower way. */
const LONG_KEY = 1_024;

class TableGroup {
  readonly columns: ReadonlyMap<string, number>;
  readonly siteColumns: ReadonlySet<string>;
  readonly rows: RowOffer[] = [];
  readonly #byKey = new Map<string, RowOffer>();

  constructor(readonly spec: TableSpec) {
    this.columns = new Map(spec.columns.map(({ name }, index) => [name, index]));
    this.siteColumns = new Set(spec.siteColumns.map(({ name }) => name));
  }

  isTimed(column: number | undefined): boolean {
    return column !== undefined && isTimed(this.spec.columns[column]!);
  }

  row({ pk, cl }: Change, key: SqlValue[]): RowOffer {
    const id = pk.length < LONG_KEY ? String.fromCharCode(...pk) : bytesToHex(pk);
    let row = this.#byKey.get(id);
    if (row === undefined) {
      row = { pk, key, cl, sentinel: undefined, cells: new Array(this.spec.columns.length) };
      this.#byKey.set(id, row);
      this.rows.push(row);
    }
    return row;
  }
}

/** Within one batch the same rules decide as in the gate. */
function offer(row: RowOffer, change: Change, column: number | undefined): void {
  if (change.cl < row.cl) return;
  if (change.cl > row.cl) {
    row.cl = change.cl;
    row.sentinel = undefined;
    row.cells = new Array(row.cells.length);
    row.siteCells = undefined;
  }
  if (column !== undefined) {
    if (isNewer(change, row.cells[column])) row.cells[column] = change;
  } else if (change.cid === SENTINEL) {
    row.sentinel = change;
  } else {
    row.siteCells ??= new Map();
    const id = bytesToHex(change.site_id) + change.cid;
    if (isNewer(change, row.siteCells.get(id))) row.siteCells.set(id, change);
  }
}

function isNewer(change: Change, known: Change | undefined): boolean {
  return (
    known === undefined ||
    change.col_version > known.col_version ||
    (change.col_version === known.col_version && compareValues(change.val, known.val) > 0)
  );
}

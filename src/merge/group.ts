import { fitsKind, toldKind } from '../columns/wire-version.js';
import { type Change, SENTINEL } from '../model/change.js';
import type { CrrSchema } from '../model/schema.js';
import { isTimed, type ReplicatedColumnSpec, type TableSpec } from '../model/table-spec.js';
import { bytesToHex, compareValues, type SqlValue } from '../model/value.js';
import { isSoundChange, refuseChange, validateCell, validateKey } from './validate.js';

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

/** A change that has no column to go to yet, or one that merges in another way. */
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
  // The cells of a row usually come one after the other and share one `pk`: what is known of the
  // row before is good for them.
  let pk: Uint8Array | undefined;
  let tableName: string | undefined;
  let siteId: Uint8Array | undefined;
  let key: SqlValue[] = [];
  let table: TableGroup | undefined;
  let row: RowOffer | undefined;

  for (let index = 0; index < changes.length; index++) {
    const change = changes[index]!;
    if (!isSoundChange(change)) refuseChange(change, index);
    if (change.site_id !== siteId) {
      siteId = change.site_id;
      siteIds.add(siteId);
    }
    if (change.db_version > greatestDbVersion) greatestDbVersion = change.db_version;
    if (change.pk !== pk || change.table !== tableName) {
      key = validateKey(change, schema, index);
      if (change.table !== tableName) table = tableGroup(change.table);
      pk = change.pk;
      tableName = change.table;
      row = undefined;
    }
    let column: OfferColumn | undefined;
    if (change.cid !== SENTINEL) {
      cellCount++;
      column = table?.columns.get(change.cid);
      // A change from a site where the column merges in another way waits until this one migrates, too.
      if (column !== undefined && !fitsKind(column.spec.kind, change.col_version)) {
        early.push({ change, key });
        continue;
      }
      if (table !== undefined) validateCell(change, table.spec, column?.spec, index);
    }
    if (table === undefined || (column === undefined && change.cid !== SENTINEL)) {
      early.push({ change, key });
      continue;
    }
    if (column?.isTimed && change.col_version > greatestTime) {
      early.push({ change, key, held: true });
      continue;
    }
    row ??= table.row(change, key);
    offer(row, change, column?.index);
  }

  function tableGroup(name: string): TableGroup | undefined {
    const known = tables.get(name);
    const spec = schema.tables.get(name);
    if (known !== undefined || spec === undefined) return known;
    const group = new TableGroup(spec);
    tables.set(name, group);
    return group;
  }

  return {
    tables: new Map(
      [...tables.values()]
        .filter(({ rows }) => rows.length > 0)
        .map((group) => [group.spec, group.rows]),
    ),
    early,
    greatestDbVersion,
    cellCount,
    siteIds,
  };
}

/** A column as the cells of a batch are matched with it. */
interface OfferColumn {
  readonly spec: ReplicatedColumnSpec;
  /** Among the columns of the clock row; undefined where each site has a cell. */
  readonly index: number | undefined;
  readonly isTimed: boolean;
}

const offerColumn = (spec: ReplicatedColumnSpec, index?: number): [string, OfferColumn] => [
  spec.name,
  { spec, index, isTimed: isTimed(spec) },
];

class TableGroup {
  readonly columns: ReadonlyMap<string, OfferColumn>;
  readonly rows: RowOffer[] = [];
  /** By the key's value, or by a text of it where it has several columns or is a blob. */
  readonly #byKey = new Map<SqlValue, RowOffer>();

  constructor(readonly spec: TableSpec) {
    this.columns = new Map([
      ...spec.clockColumns.map(offerColumn),
      ...spec.cellColumns.map((column) => offerColumn(column)),
    ]);
  }

  row({ pk, cl }: Change, key: SqlValue[]): RowOffer {
    // Not by `pk`: foreign encoders may pack one key in several ways.
    const [value] = key;
    const id = key.length === 1 && !(value instanceof Uint8Array) ? value! : textOf(key);
    let row = this.#byKey.get(id);
    if (row === undefined) {
      row = { pk, key, cl, sentinel: undefined, cells: new Array(this.spec.clockColumns.length) };
      this.#byKey.set(id, row);
      this.rows.push(row);
    }
    return row;
  }
}

/** Equal for keys of equal values and classes only. */
function textOf(key: readonly SqlValue[]): string {
  return key
    .map((value) => {
      if (typeof value === 'string') return `t${value.length}:${value}`;
      return value instanceof Uint8Array ? `b${bytesToHex(value)}` : `${typeof value}${value}`;
    })
    .join();
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
    const isFormer = toldKind(change.col_version) === 'lww';
    const id = (isFormer ? '' : bytesToHex(change.site_id)) + change.cid;
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

import { isOfFormerLife } from '../columns/versions.js';
import { type Change, EVENT, SENTINEL } from '../model/change.js';
import { RowSet } from '../model/row-id.js';
import type { CrrSchema } from '../model/schema.js';
import { isOfNoSite, NEUTRAL_SITE } from '../model/site.js';
import type { TableSpec } from '../model/table-spec.js';
import { bytesToHex, type SqlValue } from '../model/value.js';
import { type BatchColumn, batchColumns } from './columns.js';
import { type EventOffer, offerEvent, SitesOfParents } from './event-offer.js';
import {
  isSoundChange,
  refuseChange,
  refuseEvent,
  refuseValue,
  validateKey,
  validateUnknownCell,
} from './validate.js';

/** Everything that a batch contains about one row at its greatest causal length. */
export interface RowOffer {
  readonly pk: Uint8Array;
  readonly key: readonly SqlValue[];
  cl: number;
  sentinel: Change | undefined;
  /** The cell that wins per column, by the column's index; versions are those inside a database. */
  cells: (Change | undefined)[];
  /** The latest state of each site's cells, by column and site; versions are those on the wire. */
  siteCells?: Map<string, Change> | undefined;
}

/** A change that has no column to go to yet, or one whose column merges in another way here. */
export interface EarlyChange {
  /** Its column is there, but its version is a time too far ahead. */
  readonly isHeld: boolean;
  readonly change: Change;
  readonly key: readonly SqlValue[];
}

export interface GroupedChanges {
  readonly tables: ReadonlyMap<TableSpec, readonly RowOffer[]>;
  readonly early: readonly EarlyChange[];
  /** Changes of rows that are held. */
  readonly held: readonly EarlyChange[];
  /** The greatest causal length of any change. */
  readonly greatestLife: number;
  /** How many cells (not sentinels) the batch contains. */
  readonly cellCount: number;
  readonly siteIds: ReadonlySet<Uint8Array>;
  /** Events of tables with history. */
  readonly events: ReadonlyMap<TableSpec, readonly EventOffer[]>;
  /** The sites of their parents. */
  readonly parents: SitesOfParents;
}

/** Names of columns by table. */
export type UnknownColumns = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Validates a batch and groups it by row, so that each row is offered to its gate once.
 *
 * @param greatestTime the greatest version that columns merged by time take now.
 * @param heldRows rows that are not to be offered.
 * @param unknownColumns columns whose changes wait.
 * @throws {CrrChangeError} for the first change that no database could have sent.
 */
export function groupChanges(
  changes: readonly Change[],
  schema: CrrSchema,
  greatestTime: number = Number.POSITIVE_INFINITY,
  heldRows: RowSet = NO_ROWS,
  unknownColumns?: UnknownColumns,
): GroupedChanges {
  const tables = new Map<string, TableGroup>();
  const early: EarlyChange[] = [];
  const held: EarlyChange[] = [];
  const siteIds = new Set<Uint8Array>();
  const events = new Map<TableSpec, EventOffer[]>();
  const parents = new SitesOfParents();
  let greatestLife = 0;
  let cellCount = 0;
  // The cells of a row usually follow one another and share one `pk`, so the row that was found for the first
  // is used for all of them.
  let pk: Uint8Array | undefined;
  let tableName: string | undefined;
  let siteId: Uint8Array | undefined;
  let key: SqlValue[] = [];
  let table: TableGroup | undefined;
  let row: RowOffer | undefined;
  let isHeldRow = false;

  for (let index = 0; index < changes.length; index++) {
    let change = changes[index]!;
    if (!isSoundChange(change)) refuseChange(change, index);
    if (change.cid !== EVENT && isOfFormerLife(change.col_version))
      change = { ...change, site_id: NEUTRAL_SITE };
    if (change.site_id !== siteId) {
      siteId = change.site_id;
      siteIds.add(siteId);
    }
    if (change.cl > greatestLife) greatestLife = change.cl;
    if (change.pk !== pk || change.table !== tableName) {
      key = validateKey(change, schema, index);
      if (change.table !== tableName) table = tableGroup(change.table);
      pk = change.pk;
      tableName = change.table;
      row = undefined;
      isHeldRow = heldRows.has(change);
    }
    if (change.cid === EVENT) {
      // Tables without history have no place for events: what they wrote comes as cells, too.
      if (table?.spec.history) offerEventOf(table, change, key, index);
      continue;
    }
    if (change.cid === SENTINEL) {
      if (table === undefined) {
        early.push({ change, key, isHeld: false });
        continue;
      }
      if (isHeldRow) {
        held.push({ change, key, isHeld: false });
        continue;
      }
      row ??= table.row(change, key);
      offerSentinel(row, change);
      continue;
    }
    cellCount++;
    const column = table?.columns.get(change.cid);
    if (table === undefined || column === undefined) {
      if (table !== undefined) validateUnknownCell(change, table.spec, index);
      early.push({ change, key, isHeld: false });
      continue;
    }
    const version = change.col_version;
    // If the column has another column type at the sending site, the change waits until this site has migrated, too.
    if (!column.fits(version)) {
      early.push({ change, key, isHeld: false });
      continue;
    }
    const reason = column.refuse(change.val, version);
    if (reason !== undefined) refuseValue(change, reason, index);
    if (column.isTimed && version > greatestTime) {
      early.push({ change, key, isHeld: true });
      continue;
    }
    if (isHeldRow) {
      held.push({ change, key, isHeld: false });
      continue;
    }
    row ??= table.row(change, key);
    offerCell(row, change, column);
  }

  function offerEventOf(
    group: TableGroup,
    change: Change,
    key: readonly SqlValue[],
    index: number,
  ): void {
    const offer = offerEvent(group.spec, change, key);
    if (typeof offer === 'string') refuseEvent(change, offer, index);
    parents.add(offer.event);
    const offers = events.get(group.spec);
    if (offers === undefined) events.set(group.spec, [offer]);
    else offers.push(offer);
  }

  function tableGroup(name: string): TableGroup | undefined {
    const known = tables.get(name);
    const spec = schema.tables.get(name);
    if (known !== undefined || spec === undefined) return known;
    const group = new TableGroup(spec, unknownColumns?.get(name));
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
    held,
    greatestLife,
    cellCount,
    siteIds,
    events,
    parents,
  };
}

const NO_ROWS = new RowSet();

class TableGroup {
  readonly columns: ReadonlyMap<string, BatchColumn>;
  readonly rows: RowOffer[] = [];
  /** By the key's value, or by a text of it if it has several columns or is a blob. */
  readonly #byKey = new Map<SqlValue, RowOffer>();

  constructor(
    readonly spec: TableSpec,
    unknown: ReadonlySet<string> | undefined,
  ) {
    const columns = batchColumns(spec);
    this.columns =
      unknown === undefined
        ? columns
        : new Map([...columns].filter(([name]) => !unknown.has(name)));
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
function offerCell(row: RowOffer, change: Change, column: BatchColumn): void {
  if (!isOfThisLife(row, change)) return;
  if (column.index !== undefined) {
    const cell = column.inside(change);
    const known = row.cells[column.index];
    if (known === undefined || column.wins(cell, known)) row.cells[column.index] = cell;
    return;
  }
  row.siteCells ??= new Map();
  const isFormer = column.isFormer(change.col_version);
  const site = isFormer ? '' : bytesToHex(change.site_id);
  const isLogged = column.isLog && !isFormer && !isOfNoSite(change);
  const id = site + (isLogged ? `${change.col_version}:` : '') + change.cid;
  const known = row.siteCells.get(id);
  if (known === undefined || column.wins(change, known)) row.siteCells.set(id, change);
}

function offerSentinel(row: RowOffer, change: Change): void {
  if (isOfThisLife(row, change)) row.sentinel = change;
}

/** A greater causal length replaces everything before it. */
function isOfThisLife(row: RowOffer, { cl }: Change): boolean {
  if (cl > row.cl) {
    row.cl = cl;
    row.sentinel = undefined;
    row.cells = new Array(row.cells.length);
    row.siteCells = undefined;
  }
  return cl === row.cl;
}

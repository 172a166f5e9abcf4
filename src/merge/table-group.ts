import type { Change } from '../model/change.js';
import { isOfNoSite } from '../model/site.js';
import type { TableSpec } from '../model/table-spec.js';
import { bytesToHex, type SqlValue } from '../model/value.js';
import { type BatchColumn, batchColumns } from './columns.js';
import type { EventOffer } from './event-offer.js';

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
  events: RowEvents | undefined;
}

/** The events of one row that a batch contains. */
export interface RowEvents {
  readonly key: readonly SqlValue[];
  readonly offers: EventOffer[];
}

/** What a batch contains about one table, by row. */
export class TableGroup {
  readonly columns: ReadonlyMap<string, BatchColumn>;
  readonly rows: RowOffer[] = [];
  readonly events: RowEvents[] = [];
  /** By the key's value, or by a text of it if it has several columns or is a blob. */
  readonly #byKey = new Map<SqlValue, RowOffer>();
  readonly #eventsByKey = new Map<SqlValue, RowEvents>();

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
    const id = idOf(key);
    let row = this.#byKey.get(id);
    if (row === undefined) {
      const cells = new Array(this.spec.clockColumns.length);
      row = { pk, key, cl, sentinel: undefined, cells, events: this.#eventsByKey.get(id) };
      this.#byKey.set(id, row);
      this.rows.push(row);
    }
    return row;
  }

  /** @param row that of the key, if it is at hand. */
  eventsOf(key: SqlValue[], row: RowOffer | undefined): RowEvents {
    if (row?.events !== undefined) return row.events;
    const id = idOf(key);
    let events = this.#eventsByKey.get(id);
    if (events === undefined) {
      events = { key, offers: [] };
      this.#eventsByKey.set(id, events);
      this.events.push(events);
    }
    const known = row ?? this.#byKey.get(id);
    if (known !== undefined) known.events = events;
    return events;
  }
}

function idOf(key: SqlValue[]): SqlValue {
  const [value] = key;
  return key.length === 1 && !(value instanceof Uint8Array) ? value! : textOf(key);
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
export function offerCell(row: RowOffer, change: Change, column: BatchColumn): void {
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

export function offerSentinel(row: RowOffer, change: Change): void {
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

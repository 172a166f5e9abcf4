import { cellTypeOf } from '../columns/registry.js';
import { wireOffset } from '../columns/versions.js';
import { type Change, SENTINEL } from '../model/change.js';
import type { SitesOfPage } from '../model/site.js';
import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import { type DriverRow, type DriverValue, exactValue } from '../sql/driver-value.js';
import type { UnsentText } from '../tables/cells/plain-text.js';
import { parseCells } from '../tables/cells/text.js';
import type { CellClock } from '../tables/clock/clock.js';
import { parseEvents } from '../tables/log/read.js';
import { type ClockText, parseClockText } from './clock-text.js';
import { eventValue, sitesOfEvent } from './event-change.js';
import { type CellFilter, packKeyOf, RowChanges } from './row-changes.js';
import { type ValueColumn, valueColumns } from './value-columns.js';

/** A row of the clock table with its base row, decoded as far as paging needs it. */
export interface ClockRow {
  readonly table: string;
  /** The clock's rowid. */
  readonly key: string;
  readonly dbVersion: number;
  /** All changes of the row that are newer than the cursor. */
  readonly changes: readonly Change[];
  /** Its key, if the row is alive and the reader may not see it. */
  readonly hidden?: Uint8Array;
  /** Plain texts among the changes that nobody else has yet. */
  readonly unsent?: readonly UnsentText[];
}

/** The positions of the columns in a row of selectRows(). */
interface Layout {
  readonly clock: number;
  readonly values: number;
  readonly cells: number;
  readonly visible: number;
  readonly events: number;
}

/** Expands driver rows of selectRows() into changes. */
export class RowExpander {
  readonly #values: readonly ValueColumn[];
  readonly #layout: Layout;
  readonly #unfinished: (() => void)[] = [];
  readonly #clockOffsets: readonly number[];
  readonly #cellTypes: readonly {
    readonly name: string;
    readonly offset: number;
    readonly isMark: (version: number) => boolean;
  }[];

  constructor(
    readonly spec: TableSpec,
    readonly sites: SitesOfPage,
    readonly filter: CellFilter,
    /** The rows carry whether the reader may see them. */
    readonly withVisible = false,
    /** The rows carry their events. */
    readonly withEvents = false,
  ) {
    this.#values = valueColumns(spec);
    const cells = 1 + this.#values.length;
    const visible = cells + (spec.cellColumns.length > 0 ? 1 : 0);
    this.#layout = {
      ...{ clock: 0, values: 1, cells, visible },
      events: visible + (withVisible ? 1 : 0),
    };
    this.#clockOffsets = spec.clockColumns.map(wireOffset);
    this.#cellTypes = spec.cellColumns.map((column) => ({
      name: column.name,
      offset: wireOffset(column),
      isMark: cellTypeOf(column).isMark,
    }));
  }

  expand(row: DriverRow): ClockRow {
    const { spec, withVisible } = this;
    const clock = parseClockText(row[this.#layout.clock] as string);
    const isAlive = clock.causalLength % 2 === 1;
    const values = this.#exactValues(row, clock);
    const { rowid: key, dbVersion } = clock;
    if (withVisible && isAlive && row[this.#layout.visible] === null) {
      const hidden = { table: spec.name, key, dbVersion, changes: [] };
      if (dbVersion <= this.filter.hiddenSince) return hidden;
      return { ...hidden, hidden: packKeyOf(spec, values) };
    }
    // A row may have just become visible, with cells that are older than the cursor: it travels whole.
    const out = new RowChanges(
      spec,
      values,
      this.sites,
      this.#filterFor(values, withVisible && isAlive),
      clock.causalLength,
    );
    if (clock.sentinel !== undefined) {
      const { dbVersion, site, seq } = clock.sentinel;
      out.add(SENTINEL, null, clock.causalLength, dbVersion, site, seq);
    }
    if (isAlive) {
      this.#addClockCells(out, clock, values);
      if (spec.cellColumns.length > 0) this.#addSiteCells(out, row[this.#layout.cells]!);
    }
    if (this.withEvents) this.#addEvents(out, row[this.#layout.events]!);
    const { changes, unsent } = out;
    return { table: spec.name, key, dbVersion, changes, ...(unsent.length > 0 && { unsent }) };
  }

  /** A row's events travel with its cells, so that no site has one without the other. */
  #addEvents(out: RowChanges, text: DriverValue): void {
    if (text === null) return;
    for (const event of parseEvents(text as string)) {
      const change = out.addEvent(event);
      if (change === undefined) continue;
      for (const site of sitesOfEvent(event)) this.sites.idOf(site);
      this.#unfinished.push(() => {
        change.val = eventValue(this.spec, event, this.sites);
      });
    }
  }

  /** To be called once all site ids are known: events name those of their parents. */
  finish(): void {
    for (const finish of this.#unfinished) finish();
  }

  #exactValues(row: DriverRow, { classes }: ClockText): SqlValue[] {
    let nextClass = 0;
    return this.#values.map(({ affinity, isAmbiguous }, i) =>
      exactValue(row[this.#layout.values + i]!, isAmbiguous ? classes[nextClass++]! : affinity[0]!),
    );
  }

  #filterFor(values: readonly SqlValue[], isSeen: boolean): CellFilter {
    const { filter, spec } = this;
    if (isSeen) return everyCell(filter);
    const isWhole =
      filter.whole.size > 0 && filter.whole.has({ table: spec.name, pk: packKeyOf(spec, values) });
    return isWhole ? wholeRow(filter) : filter;
  }

  #addClockCells(out: RowChanges, clock: ClockText, values: readonly SqlValue[]): void {
    const { rowVersion, rowDbVersion, rowSite, rowSeq, cells } = clock;
    const { key, clockColumns } = this.spec;
    for (let i = 0; i < clockColumns.length; i++) {
      const cell = cells?.get(i);
      // No clock: nobody has written it.
      if (cell === undefined ? rowVersion === 0 : rowVersion + cell.version < 0) continue;
      const { name } = clockColumns[i]!;
      const val = values[key.length + i]!;
      const version = rowVersion + (cell?.version ?? 0) + this.#clockOffsets[i]!;
      const own = cell && ownStamp(cell, clock);
      if (own !== undefined) out.add(name, val, version, own.dbVersion, own.site, own.seq);
      else out.add(name, val, version, rowDbVersion, rowSite, rowSeq + i);
    }
  }

  #addSiteCells(out: RowChanges, text: DriverValue): void {
    if (text === null) return;
    for (const cell of parseCells(text as string)) {
      const { name, offset, isMark } = this.#cellTypes[cell.column]!;
      // A mark comes from others than the cell's owner, who must learn of it.
      const isForOwner = isMark(cell.version);
      const { dbVersion, site, seq } = cell;
      const isSent = out.add(
        name,
        cell.val,
        cell.version + offset,
        dbVersion,
        site,
        seq,
        isForOwner,
      );
      if (isSent && cell.isUnsent) out.addUnsent(name, cell.version);
    }
  }
}

/**
 * The stamp of a cell that was written alone; undefined if it has the row's. If its site later wrote the row as a
 * whole, the row's stamp replaced those of its cells. Within one db_version, seqs show which write was later, but
 * not those of another site, whose write came in an apply.
 */
function ownStamp({ stamp }: CellClock, { rowDbVersion, rowSite, rowSeq }: ClockText) {
  if (stamp === undefined || stamp.dbVersion < rowDbVersion) return undefined;
  const isOwn = stamp.dbVersion > rowDbVersion || stamp.site !== rowSite || stamp.seq >= rowSeq;
  return isOwn ? stamp : undefined;
}

const NO_VERSIONS: ReadonlySet<number> = new Set();

/** Whoever wrote the cells, and whenever. */
function everyCell(filter: CellFilter): CellFilter {
  return {
    ...filter,
    since: -1,
    site: undefined,
    excludeSite: undefined,
    skip: NO_VERSIONS,
  };
}

/** Whenever the cells were written. */
function wholeRow(filter: CellFilter): CellFilter {
  return { ...filter, since: -1, skip: NO_VERSIONS };
}

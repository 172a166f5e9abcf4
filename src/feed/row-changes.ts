import { type Change, EVENT } from '../model/change.js';
import { packKey } from '../model/packed-key.js';
import type { RowSet } from '../model/row-id.js';
import type { SitesOfPage } from '../model/site.js';
import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import type { UnsentText } from '../tables/cells/plain-text.js';
import type { LoggedEvent } from '../tables/log/read.js';

/** Which cells of a row travel. */
export interface CellFilter {
  readonly since: number;
  readonly until: number;
  /** Ordinals of sites; undefined = no such filter. */
  readonly site: number | undefined;
  readonly excludeSite: number | undefined;
  /** db_versions that the reader has already. */
  readonly skip: ReadonlySet<number>;
  /** Hidden rows that have not changed after this db_version are left out. */
  readonly hiddenSince: number;
  /** Rows of which every cell travels once one has changed. */
  readonly whole: RowSet;
}

export const packKeyOf = (spec: TableSpec, values: readonly SqlValue[]): Uint8Array =>
  packKey(values.slice(0, spec.key.length));

/** Collects the changes of one row that pass the filter. */
export class RowChanges {
  readonly changes: Change[] = [];
  readonly unsent: UnsentText[] = [];
  #pk: Uint8Array | undefined;

  constructor(
    readonly spec: TableSpec,
    /** Of the key, then of the cells. */
    readonly values: readonly SqlValue[],
    readonly sites: SitesOfPage,
    readonly filter: CellFilter,
    readonly cl: number,
  ) {}

  /**
   * The stamp is passed in parts: an object for each cell slows a read down by several per cent.
   *
   * @param isForOwner the site whose cell it is gets it, too, even if its own changes are left out.
   * @returns whether it passes the filter.
   */
  add(
    cid: string,
    val: SqlValue,
    version: number,
    dbVersion: number,
    site: number,
    seq: number,
    isForOwner = false,
  ): boolean {
    if (!this.#passes(dbVersion, site, isForOwner)) return false;
    this.#pk ??= packKeyOf(this.spec, this.values);
    this.changes.push({
      table: this.spec.name,
      pk: this.#pk,
      cid,
      val,
      col_version: version,
      db_version: dbVersion,
      site_id: this.sites.idOf(site),
      cl: this.cl,
      seq,
    });
    return true;
  }

  addUnsent(column: string, version: number): void {
    const { spec, values } = this;
    this.unsent.push({ spec, column, key: values.slice(0, spec.key.length), version });
  }

  /** @returns the change, whose value is still missing; undefined if it is left out. */
  addEvent(event: LoggedEvent): { val: SqlValue } | undefined {
    const { arrived, site, dbVersion, seq = 0, causalLength } = event;
    if (!this.#passes(arrived, site, false)) return undefined;
    this.#pk ??= packKeyOf(this.spec, this.values);
    const change = {
      table: this.spec.name,
      pk: this.#pk,
      cid: EVENT,
      val: '' as SqlValue,
      col_version: dbVersion,
      db_version: arrived,
      site_id: this.sites.idOf(site),
      cl: causalLength,
      seq,
    };
    this.changes.push(change);
    return change;
  }

  #passes(dbVersion: number, site: number, isForOwner: boolean): boolean {
    const { filter } = this;
    if (dbVersion <= filter.since || dbVersion > filter.until) return false;
    if (filter.site !== undefined && site !== filter.site) return false;
    if (filter.excludeSite !== undefined && site === filter.excludeSite && !isForOwner)
      return false;
    return !filter.skip.has(dbVersion);
  }
}

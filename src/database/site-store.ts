import { SiteDirectory, SitesOfPage } from '../model/site.js';
import { bytesToHex } from '../model/value.js';
import { bytesOf, type DriverRow } from '../sql/driver-value.js';
import { type Query, queryRow, statement } from '../sql/statement.js';
import {
  SELECT_SITE,
  selectSitesAfter,
  selectSitesById,
  selectSitesByOrdinal,
} from '../tables/site/register.js';
import type { Connection } from './connection.js';
import { run } from './run.js';

/** The sites that are known of a database, and its state at the same moment. */
export interface StateOfSites {
  readonly directory: SiteDirectory;
  readonly dbVersion: number;
  readonly schemaVersion: number;
  /** Deletes up to this db_version may have been forgotten. */
  readonly horizon: number;
  /** The causal length of a new row. */
  readonly birth: number;
}

/**
 * So many sites are kept in memory, about 300 bytes each. Beyond that, only those that are met again are read again: a
 * server may know a site for each device that ever wrote.
 */
const MAX_KNOWN = 2_000;

/** How often a read is repeated whose sites another database, or a replica that is behind, does not have. */
const MAX_ATTEMPTS = 4;

/**
 * Keeps what is known of `crr_site` between calls, so that ordinals seldom cost a round trip. Ordinals
 * never change; whoever uses them checks in its own transaction that they are those of the database.
 */
export class SiteStore {
  #directory: SiteDirectory | undefined;

  /** A directory that has each of these sites, unless it is new to the database. */
  async directory(
    connection: Connection,
    siteIds: Iterable<Uint8Array> = [],
  ): Promise<SiteDirectory> {
    const known = this.#known();
    if (known !== undefined && unknownTo(known, siteIds).length === 0) return known;
    return (await this.#readWith(connection, [], siteIds)).directory;
  }

  /** The db_version and so on, at one moment. */
  state(connection: Connection): Promise<StateOfSites> {
    return this.#readWith(connection, [], []);
  }

  /**
   * Runs queries in one read transaction, with the db_version and schema of that moment, and then decodes their rows.
   * If another database has taken the place of the one that was known both happen again, and the last result counts.
   *
   * @param siteIds sites that the directory must have, if the database has them.
   * @param decode called once all queries have their rows. The ids that it gets are complete when the result is
   * returned.
   */
  async read<T>(
    connection: Connection,
    queries: readonly Query[],
    siteIds: readonly Uint8Array[],
    decode: (state: StateOfSites, sites: SitesOfPage) => T,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const state = await this.#readWith(connection, queries, siteIds);
      const sites = new SitesOfPage(state.directory);
      const result = decode(state, sites);
      if (sites.missing.size === 0 || (await this.#fill(connection, sites))) return result;
      if (attempt < MAX_ATTEMPTS) continue;
      throw new Error(`no site has the ordinal ${[...sites.missing].join(', ')}`);
    }
  }

  /** Adds sites that a committed transaction registered. */
  learn(sites: Iterable<readonly [ordinal: number, siteId: Uint8Array]>): void {
    for (const [ordinal, siteId] of sites) this.#directory?.add(ordinal, siteId);
  }

  forget(): void {
    this.#directory = undefined;
  }

  /** Calls that are under way go on with the directory that they have. */
  #known(): SiteDirectory | undefined {
    if (this.#directory !== undefined && this.#directory.size > MAX_KNOWN) this.forget();
    return this.#directory;
  }

  async #readWith(
    connection: Connection,
    queries: readonly Query[],
    siteIds: Iterable<Uint8Array>,
  ): Promise<StateOfSites> {
    const known = this.#known();
    const state = new StateReader();
    const added = new SiteReader();
    const wanted = unknownTo(known, siteIds);
    await run(
      connection,
      [
        state.query(),
        added.query(selectSitesAfter(known?.greatest ?? 0)),
        ...selectSitesById(wanted).map((sql) => added.query(sql)),
        ...queries,
      ],
      'read',
    );
    if (known !== undefined && !state.isOf(known)) {
      this.forget();
      return this.#readWith(connection, queries, siteIds);
    }
    // Not `this.#directory`: another call may have forgotten it meanwhile.
    const directory = known ?? new SiteDirectory(state.local, state.localId);
    for (const [ordinal, siteId] of added.sites) directory.add(ordinal, siteId);
    this.#directory = directory;
    const { dbVersion, schemaVersion, horizon, birth } = state;
    return { directory, dbVersion, schemaVersion, horizon, birth };
  }

  /** @returns false if this is not the database, or not yet, that the ordinals are of. */
  async #fill(connection: Connection, sites: SitesOfPage): Promise<boolean> {
    const state = new StateReader();
    const found = new SiteReader();
    const select = selectSitesByOrdinal([...sites.missing]);
    await run(connection, [state.query(), ...select.map((sql) => found.query(sql))], 'read');
    if (!state.isOf(sites.directory)) {
      this.forget();
      return false;
    }
    for (const [ordinal, siteId] of found.sites) {
      sites.directory.add(ordinal, siteId);
      sites.fill(ordinal, siteId);
    }
    return sites.missing.size === 0;
  }
}

/** The sites that a directory lacks, if it cannot exclude that the database has them. */
function unknownTo(
  directory: SiteDirectory | undefined,
  siteIds: Iterable<Uint8Array>,
): Uint8Array[] {
  if (directory?.isComplete) return [];
  return [...siteIds].filter((siteId) => directory?.ordinalOf(siteId) === undefined);
}

/** Reads the row of {@link SELECT_SITE}. */
class StateReader {
  local = 0;
  localId = new Uint8Array();
  dbVersion = 0;
  schemaVersion = 0;
  horizon = 0;
  birth = 1;

  query(): Query {
    return queryRow(SELECT_SITE, (row) => {
      this.local = Number(row[0]);
      this.dbVersion = Number(row[1]);
      this.localId = new Uint8Array(bytesOf(row[2]!));
      this.schemaVersion = Number(row[3]);
      this.horizon = Number(row[4]);
      this.birth = Number(row[5]);
    });
  }

  /** Whether the database is the one whose sites a directory has: another may be in its place. */
  isOf({ local, localId }: SiteDirectory): boolean {
    return local === this.local && bytesToHex(localId) === bytesToHex(this.localId);
  }
}

/** Reads ordinals and ids of sites. */
class SiteReader {
  readonly sites: (readonly [ordinal: number, siteId: Uint8Array])[] = [];

  query(sql: string): Query {
    const read = (rows: readonly DriverRow[]) => {
      for (const row of rows) {
        this.sites.push([Number(row[0]), new Uint8Array(bytesOf(row[1]!))]);
      }
    };
    return { ...statement(sql), read };
  }
}

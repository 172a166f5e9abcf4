import type { DriverRow, DriverValue } from '../feed/read.js';
import { SiteDirectory } from '../model/site.js';
import { bytesToHex } from '../model/value.js';
import { SITE_TABLE, STATE_TABLE } from '../sql/names.js';
import { type Statement, statement } from '../sql/statement.js';
import type { Connection } from './connection.js';

/**
 * Keeps what is known of `crr_site` between calls, so that ordinals cost no round trip. Ordinals
 * never change; whoever uses them checks in its own transaction that they are those of the database.
 */
export class SiteStore {
  #directory: SiteDirectory | undefined;

  /** The directory, read from the database where it is not known or `forget` was called. */
  async directory(connection: Connection): Promise<SiteDirectory> {
    return this.#directory ?? (await this.readWith(connection, [])).directory;
  }

  /** Runs queries in one read transaction, with the directory and db_version of that moment. */
  async readWith(
    connection: Connection,
    queries: readonly Statement[],
  ): Promise<{ directory: SiteDirectory; dbVersion: number; results: DriverRow[][] }> {
    const known = this.#directory;
    const [state, sites, ...results] = await connection.batch(
      [
        statement(
          `SELECT site, db_version, site_id FROM ${STATE_TABLE} JOIN ${SITE_TABLE} ON ordinal = site`,
        ),
        statement(
          `SELECT ordinal, site_id FROM ${SITE_TABLE} WHERE ordinal > ${known?.greatest ?? 0} ORDER BY ordinal`,
        ),
        ...queries,
      ],
      'read',
    );
    const { 0: local, 1: dbVersion, 2: localId } = state![0]!;
    const added = sites!.map((row) => [Number(row[0]), bytes(row[1]!)] as const);
    const sameDatabase =
      known !== undefined &&
      known.local === Number(local) &&
      bytesToHex(known.localId) === bytesToHex(bytes(localId!));
    if (known !== undefined && !sameDatabase) {
      this.forget();
      return this.readWith(connection, queries);
    }
    // Not `this.#directory`: another call may have forgotten it meanwhile.
    const directory = known ?? new SiteDirectory(Number(local), []);
    for (const [ordinal, siteId] of added) directory.add(ordinal, siteId);
    this.#directory = directory;
    return { directory, dbVersion: Number(dbVersion), results };
  }

  /** Adds sites that a committed transaction registered. */
  learn(sites: Iterable<readonly [ordinal: number, siteId: Uint8Array]>): void {
    for (const [ordinal, siteId] of sites) this.#directory?.add(ordinal, siteId);
  }

  forget(): void {
    this.#directory = undefined;
  }
}

function bytes(value: DriverValue): Uint8Array {
  return value instanceof ArrayBuffer ? new Uint8Array(value) : (value as Uint8Array);
}

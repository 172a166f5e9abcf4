import { SiteDirectory } from '../model/site.js';
import { bytesToHex } from '../model/value.js';
import { bytesOf } from '../sql/driver-value.js';
import { type Query, queryRow, statement } from '../sql/statement.js';
import { SELECT_SITE, selectSitesAfter } from '../tables/site/register.js';
import type { Connection } from './connection.js';
import { run } from './run.js';

/** The sites that a database knows, and its state at the same moment. */
export interface StateOfSites {
  readonly directory: SiteDirectory;
  readonly dbVersion: number;
  readonly schemaVersion: number;
  /** Deletes up to this db_version may have been forgotten. */
  readonly horizon: number;
  /** The causal length of a new row. */
  readonly birth: number;
}

const NOTHING = { dbVersion: 0, schemaVersion: 0, horizon: 0, birth: 1 };

/**
 * Keeps what is known of `crr_site` between calls, so that ordinals cost no round trip. Ordinals
 * never change; whoever uses them checks in its own transaction that they are those of the database.
 */
export class SiteStore {
  #directory: SiteDirectory | undefined;

  /** The directory, read from the database if it is not known yet or `forget` was called. */
  async directory(connection: Connection): Promise<SiteDirectory> {
    return this.#directory ?? (await this.readWith(connection, [])).directory;
  }

  /**
   * Runs queries in one read transaction, with the directory, db_version and schema of that moment. If another
   * database has taken the place of the one that was known they run twice, and their last rows count.
   */
  async readWith(connection: Connection, queries: readonly Query[]): Promise<StateOfSites> {
    const known = this.#directory;
    let state = { local: 0, localId: new Uint8Array(), ...NOTHING };
    const added: (readonly [ordinal: number, siteId: Uint8Array])[] = [];
    await run(
      connection,
      [
        queryRow(SELECT_SITE, (row) => {
          state = {
            local: Number(row[0]),
            dbVersion: Number(row[1]),
            localId: new Uint8Array(bytesOf(row[2]!)),
            schemaVersion: Number(row[3]),
            horizon: Number(row[4]),
            birth: Number(row[5]),
          };
        }),
        {
          ...statement(selectSitesAfter(known?.greatest ?? 0)),
          read(rows) {
            for (const row of rows) added.push([Number(row[0]), bytesOf(row[1]!)]);
          },
        },
        ...queries,
      ],
      'read',
    );
    const { local, localId, ...versions } = state;
    const sameDatabase =
      known !== undefined &&
      known.local === local &&
      bytesToHex(known.localId) === bytesToHex(localId);
    if (known !== undefined && !sameDatabase) {
      this.forget();
      return this.readWith(connection, queries);
    }
    // Not `this.#directory`: another call may have forgotten it meanwhile.
    const directory = known ?? new SiteDirectory(local, []);
    for (const [ordinal, siteId] of added) directory.add(ordinal, siteId);
    this.#directory = directory;
    return { directory, ...versions };
  }

  /** Adds sites that a committed transaction registered. */
  learn(sites: Iterable<readonly [ordinal: number, siteId: Uint8Array]>): void {
    for (const [ordinal, siteId] of sites) this.#directory?.add(ordinal, siteId);
  }

  forget(): void {
    this.#directory = undefined;
  }
}

import { SiteDirectory } from '../model/site.js';
import { bytesToHex } from '../model/value.js';
import { bytesOf } from '../sql/driver-value.js';
import { type Query, queryRow, statement } from '../sql/statement.js';
import { SELECT_SITE, selectSitesAfter } from '../tables/site/register.js';
import type { Connection } from './connection.js';
import { run } from './run.js';

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
  async readWith(
    connection: Connection,
    queries: readonly Query[],
  ): Promise<{ directory: SiteDirectory; dbVersion: number; schemaVersion: number }> {
    const known = this.#directory;
    let state = { local: 0, dbVersion: 0, localId: new Uint8Array(), schemaVersion: 0 };
    const added: (readonly [ordinal: number, siteId: Uint8Array])[] = [];
    await run(
      connection,
      [
        queryRow(SELECT_SITE, ({ 0: local, 1: dbVersion, 2: siteId, 3: schemaVersion }) => {
          state = {
            local: Number(local),
            dbVersion: Number(dbVersion),
            localId: new Uint8Array(bytesOf(siteId!)),
            schemaVersion: Number(schemaVersion),
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
    const { local, dbVersion, localId, schemaVersion } = state;
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
    return { directory, dbVersion, schemaVersion };
  }

  /** Adds sites that a committed transaction registered. */
  learn(sites: Iterable<readonly [ordinal: number, siteId: Uint8Array]>): void {
    for (const [ordinal, siteId] of sites) this.#directory?.add(ordinal, siteId);
  }

  forget(): void {
    this.#directory = undefined;
  }
}

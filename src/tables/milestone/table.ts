import { statementText } from '../../sql/layout.js';
import { HISTORY_TABLE, MILESTONE_TABLE, SITE_TABLE, STATE_TABLE } from '../../sql/names.js';
import { quoteBlob, quoteText } from '../../sql/quote.js';
import { type Query, queryRow, type Statement, statement } from '../../sql/statement.js';
import { refuseIfFound } from '../guard/table.js';
import { DB_VERSION } from '../state/table.js';

/** So many of the latest milestones are kept, and of the ones before every {@link COARSE}th. */
const KEPT = 2 ** 16;
const COARSE = 256;

const RANDOM_SECRET = 'lower(hex(randomblob(16)))';

/**
 * crr_milestone: moments in the history of this database that clients have learned of. If a client knows one
 * that is not here, this database was restored from a backup that is older.
 *
 *     number   1, 2, 3 ...
 *     version  the db_version at that moment
 *     token    random, since a restored database uses numbers and versions again
 *
 * crr_history has one row. Its values are not in crr_state, which every write reads and writes as a whole.
 *
 *     known_version  db_version up to which other databases may know what this one has written
 *     secret         random; receipts of milestones are signed with it
 *     schema_version raised whenever crr_table changes, so that processes with another schema notice
 *     horizon        tombstones up to this db_version may have been forgotten here: a reader that has read less would keep
 *                    rows that are deleted
 *     installed      what install() has found to be complete, and at which state of sqlite_master; see installed.ts
 *     swept_version  of the deletes up to this db_version, tombstones that can be forgotten have been forgotten
 */
export function milestoneStatements(): string[] {
  return [
    statementText`
      CREATE TABLE IF NOT EXISTS ${MILESTONE_TABLE} (
        number INTEGER PRIMARY KEY,
        version INTEGER NOT NULL,
        token TEXT NOT NULL
      ) STRICT`,
    statementText`
      CREATE TABLE IF NOT EXISTS ${HISTORY_TABLE} (
        id INTEGER PRIMARY KEY,
        known_version INTEGER NOT NULL,
        secret TEXT NOT NULL,
        schema_version INTEGER NOT NULL,
        horizon INTEGER NOT NULL,
        swept_version INTEGER NOT NULL,
        installed TEXT
      ) STRICT`,
    statementText`
      INSERT INTO ${HISTORY_TABLE} (id, known_version, secret, schema_version, horizon, swept_version)
      SELECT 1, 0, ${RANDOM_SECRET}, 0, 0, 0
      WHERE NOT EXISTS (SELECT 1 FROM ${HISTORY_TABLE})`,
  ];
}

export interface Milestone {
  readonly number: number;
  readonly version: number;
  readonly token: string;
}

/** What this database knows of its history. */
export interface History {
  /** Signs what clients are given about it. */
  secret: string;
  /** The latest milestone, the latest of those that are kept for good, and those that were asked for. */
  readonly milestones: Milestone[];
}

const NEWEST = `(SELECT max(number) FROM ${MILESTONE_TABLE})`;
const NEWEST_COARSE = `(SELECT max(number) / ${COARSE} * ${COARSE} FROM ${MILESTONE_TABLE})`;

/** @param numbers of milestones that are looked for. */
export function historyQueries(numbers: readonly number[], history: History): Query[] {
  const wanted = [NEWEST, NEWEST_COARSE, ...numbers];
  return [
    queryRow(`SELECT secret FROM ${HISTORY_TABLE}`, ({ 0: secret }) => {
      history.secret = String(secret);
    }),
    {
      ...statement(statementText`
        SELECT number, version, token
        FROM ${MILESTONE_TABLE}
        WHERE number IN (${wanted.join(', ')})
        ORDER BY number`),
      read(rows) {
        for (const { 0: number, 1: version, 2: token } of rows) {
          history.milestones.push({
            number: Number(number),
            version: Number(version),
            token: String(token),
          });
        }
      },
    },
  ];
}

/** Whether a milestone of this number would still be here. */
export const isKept = (number: number, newest: number) =>
  number > newest - KEPT || number % COARSE === 0;

/** The number of the milestone before it that is kept for good; 0 if there is none. */
export const coarseNumber = (number: number) => number - (number % COARSE);

/** Makes the present moment a milestone, if anything was written since the last one. */
export function addMilestone(): Statement[] {
  const last = `SELECT version FROM ${MILESTONE_TABLE} ORDER BY number DESC LIMIT 1`;
  return [
    statement(statementText`
      INSERT INTO ${MILESTONE_TABLE} (number, version, token)
      SELECT ifnull(${NEWEST}, 0) + 1, db_version, lower(hex(randomblob(6)))
      FROM ${STATE_TABLE}
      WHERE db_version > ifnull((${last}), 0)`),
    statement(statementText`
      DELETE FROM ${MILESTONE_TABLE}
      WHERE number = ${NEWEST} - ${KEPT} AND number % ${COARSE} <> 0`),
    statement(raiseKnownVersion(DB_VERSION)),
  ];
}

/** Fails the batch if the milestone is here after all, or if this database has another site id by now. */
export function refuseIfKnown(
  { number, token }: Pick<Milestone, 'number' | 'token'>,
  siteId: Uint8Array,
): Statement[] {
  return [
    refuseIfFound(
      statement(
        `SELECT 1 FROM ${MILESTONE_TABLE} WHERE number = ${number} AND token = ${quoteText(token)}`,
      ),
    ),
    refuseIfFound(
      statement(
        `SELECT 1 FROM ${STATE_TABLE} JOIN ${SITE_TABLE} ON ordinal = site WHERE site_id <> ${quoteBlob(siteId)}`,
      ),
    ),
  ];
}

/** The history of a database begins when it gets its site id. */
export function forgetHistory(): Statement[] {
  return [
    statement(`DELETE FROM ${MILESTONE_TABLE}`),
    statement(`UPDATE ${HISTORY_TABLE} SET secret = ${RANDOM_SECRET}`),
  ];
}

/** SQL of the db_version up to which tombstones were looked for. */
export const SWEPT_VERSION = `(SELECT swept_version FROM ${HISTORY_TABLE})`;

/** SQL of the db_version up to which others may know what this database has written. */
export const KNOWN_VERSION = `(SELECT known_version FROM ${HISTORY_TABLE})`;

/** Others may know everything up to a db_version, which is SQL. */
export const raiseKnownVersion = (version: string | number) => statementText`
  UPDATE ${HISTORY_TABLE}
  SET known_version = ${version}
  WHERE known_version < ${version}`;

/** Notes that tombstones were looked for up to a db_version. */
export const raiseSweptVersion = (version: number) => statementText`
  UPDATE ${HISTORY_TABLE}
  SET swept_version = ${version}
  WHERE swept_version < ${version}`;

import { MAX_KEY_COLUMNS } from '../model/limits.js';
import { FORMER_TABLE, GUARD_TABLE, PENDING_TABLE, SITE_TABLE, STATE_TABLE } from '../sql/names.js';
import { peerTableStatement } from './peer/peers.js';

/**
 * Version of everything that is generated here. It stands in `crr_state` and in each trigger's
 * text; raise it when old and new text cannot work side by side.
 */
export const SQL_FORMAT = 1;

/** Columns of the pending table that hold the key's values, so that plain SQL can apply its rows. */
export const pendingKeyColumns = Array.from({ length: MAX_KEY_COLUMNS }, (_, i) => `k${i + 1}`);

/**
 * Why a batch is refused from inside the database. Offering a row to `crr_guard` raises; a plain
 * statement cannot.
 */
export const GUARDS = {
  /** The writer's picture of `crr_site` is out of date; it reads it again and retries. */
  stale: 'drizzle-crr: stale',
  /** A change claims this site with a version that it never issued. */
  forged: 'drizzle-crr: forged',
  /** A row lacks a NOT NULL cell, and the caller wants no pending rows. */
  incomplete: 'drizzle-crr: incomplete',
} as const;

/** The tables that all CRRs of a database share. Every statement can be run again. */
export function bookkeepingStatements(): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${SITE_TABLE} (
  ordinal INTEGER PRIMARY KEY,
  site_id BLOB NOT NULL UNIQUE
) STRICT`,
    `INSERT INTO ${SITE_TABLE} (ordinal, site_id) SELECT 1, randomblob(16) WHERE NOT EXISTS (SELECT 1 FROM ${SITE_TABLE})`,
    // One row. site: ordinal of this database. seq: last one given in this db_version, -1 = none yet.
    // tx: 1 while a transaction is pinned to one db_version. applying: 1 while triggers must be silent.
    // prior: db_version before the running apply, to go back to when nothing was new.
    // No constraints: triggers write here, and would make SQLite keep a journal of each statement.
    `CREATE TABLE IF NOT EXISTS ${STATE_TABLE} (
  id INTEGER PRIMARY KEY,
  format INTEGER,
  site INTEGER,
  db_version INTEGER,
  seq INTEGER,
  tx INTEGER,
  applying INTEGER,
  prior INTEGER
)`,
    `INSERT INTO ${STATE_TABLE} SELECT 1, ${SQL_FORMAT}, 1, 0, -1, 0, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM ${STATE_TABLE})`,
    // Changes that are valid but early, one per cell and site: whether its column will turn out to
    // keep a cell per site is not known yet. origin: `site:seq`. dbv: the db_version when they came.
    `CREATE TABLE IF NOT EXISTS ${PENDING_TABLE} (
  tbl TEXT NOT NULL,
  pk BLOB NOT NULL,
  cid TEXT NOT NULL,
  val ANY,
  col_version INTEGER NOT NULL,
  cl INTEGER NOT NULL,
  origin TEXT NOT NULL,
  site INTEGER NOT NULL,
  dbv INTEGER NOT NULL,
  ${pendingKeyColumns.map((name) => `${name} ANY`).join(', ')},
  UNIQUE (tbl, pk, cid, site)
) STRICT`,
    // Names that tables and columns had before a migration; see former-names.ts.
    `CREATE TABLE IF NOT EXISTS ${FORMER_TABLE} (
  tbl TEXT NOT NULL,
  cid TEXT NOT NULL,
  now TEXT,
  UNIQUE (tbl, cid)
) STRICT`,
    peerTableStatement(),
    `CREATE TABLE IF NOT EXISTS ${GUARD_TABLE} (reason TEXT NOT NULL) STRICT`,
    ...Object.entries(GUARDS).map(
      ([reason, message]) =>
        `CREATE TRIGGER IF NOT EXISTS ${GUARD_TABLE}_${reason} BEFORE INSERT ON ${GUARD_TABLE} WHEN new.reason = '${reason}' BEGIN SELECT RAISE(ABORT, '${message}'); END`,
    ),
  ];
}

/** Begins a transaction whose changes share one db_version. */
export const PIN_SQL = `UPDATE ${STATE_TABLE} SET db_version = db_version + 1, seq = -1, tx = 1`;

/** Ends it; a transaction that wrote nothing takes its db_version back. */
export const UNPIN_SQL = `UPDATE ${STATE_TABLE} SET db_version = db_version - (seq = -1), tx = 0`;

import type { DriverRow } from './driver-value.js';
import { quoteName } from './quote.js';
import { type Statement, statement } from './statement.js';

/** The table in which Drizzle's migrators note what they have run. Its two lines have it with different columns. */
export const JOURNAL_TABLE = '__drizzle_migrations';

export interface JournalEntry {
  /** Milliseconds since 1970: when it was generated. */
  readonly when: number;
  readonly hash: string;
  /** On Drizzle 1.0. */
  readonly name?: string | undefined;
}

const table = quoteName(JOURNAL_TABLE);

export const createJournal = (hasNames: boolean): Statement =>
  statement(
    hasNames
      ? `CREATE TABLE IF NOT EXISTS ${table} (id INTEGER PRIMARY KEY, hash text NOT NULL, created_at numeric, name text, applied_at TEXT)`
      : `CREATE TABLE IF NOT EXISTS ${table} (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)`,
  );

/** The names of its columns. */
export const JOURNAL_COLUMNS = statement(`SELECT name FROM pragma_table_info('${JOURNAL_TABLE}')`);

/** Drizzle 0.45 has made it without names. @param columns what {@link JOURNAL_COLUMNS} found. */
export function nameColumns(columns: readonly DriverRow[]): Statement[] {
  const known = new Set(columns.map((row) => row[0]));
  return ['name', 'applied_at']
    .filter((column) => !known.has(column))
    .map((column) => statement(`ALTER TABLE ${table} ADD COLUMN ${column} TEXT`));
}

/** The hash and the time of each migration that was run: two may have the same text. */
export const READ_JOURNAL = statement(`SELECT hash, created_at FROM ${table}`);

export const noteMigration = ({ when, hash, name }: JournalEntry): Statement =>
  name === undefined
    ? statement(`INSERT INTO ${table} (hash, created_at) VALUES (?, ?)`, [hash, when])
    : statement(
        `INSERT INTO ${table} (hash, created_at, name, applied_at) VALUES (?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ'))`,
        [hash, when, name],
      );

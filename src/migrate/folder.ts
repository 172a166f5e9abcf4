import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CrrMigrateError } from '../errors.js';
import { type Renames, readRenames, type SnapshotMeta } from './renames.js';
import { parseStep, type StateStep } from './state.js';

/** drizzle-orm's migrator splits a migration here. */
export const BREAKPOINT = '--> statement-breakpoint';

/** One migration of drizzle-kit's folder. */
export interface Migration {
  readonly tag: string;
  readonly sqlFile: string;
  readonly snapshotFile: string;
  readonly sql: string;
  /** What it does to the CRR state; undefined if drizzle-kit wrote it alone. */
  readonly step: StateStep | undefined;
  readonly renames: Renames;
  /** Tables by name, from drizzle-kit's snapshot after this migration. */
  readonly tables: ReadonlyMap<string, SnapshotTable>;
}

/** A table as drizzle-kit's snapshot describes it. */
export interface SnapshotTable {
  readonly columns: Readonly<Record<string, SnapshotColumn>>;
  readonly compositePrimaryKeys?: Readonly<Record<string, { readonly columns: readonly string[] }>>;
  readonly checkConstraints?: Readonly<
    Record<string, { readonly name: string; readonly value: string }>
  >;
}

export interface SnapshotColumn {
  readonly name: string;
  readonly type: string;
  readonly primaryKey: boolean;
  readonly notNull: boolean;
  /** SQL text, or a number or boolean. */
  readonly default?: unknown;
  readonly generated?: { readonly as: string };
}

interface Journal {
  readonly entries: readonly { readonly tag: string; readonly breakpoints?: boolean }[];
}
interface Snapshot {
  readonly tables?: Readonly<Record<string, SnapshotTable>>;
  readonly _meta?: SnapshotMeta;
}

/** The statements of a migration's text, one per chunk, none empty. */
export function splitChunks(sql: string): string[] {
  return sql
    .split(BREAKPOINT)
    .map((chunk) => chunk.trim())
    .filter((chunk) => chunk !== '');
}

/** The text of a migration, from its statements. */
export const joinChunks = (statements: readonly string[]): string =>
  `${statements.join(`\n${BREAKPOINT}\n`)}\n`;

/**
 * Reads a migrations folder of drizzle-kit 0.31; a folder that is not there counts as empty.
 *
 * @throws {CrrMigrateError} if a file is missing or cannot be read.
 */
export function readFolder(out: string): readonly Migration[] {
  const journalFile = join(out, 'meta', '_journal.json');
  if (!existsSync(journalFile)) return [];
  const journal = readJson<Journal>(journalFile);
  if (!Array.isArray(journal.entries)) {
    throw folderError(`${journalFile} has no list of entries`);
  }
  return journal.entries.map(({ tag, breakpoints }) => {
    if (breakpoints === false) {
      throw new CrrMigrateError(
        'CRR_MIGRATE_BREAKPOINTS',
        `migration ${tag} was made with breakpoints: false, so only its first statement would run on libSQL: remove breakpoints: false from the config and make the migration again`,
      );
    }
    const sqlFile = join(out, `${tag}.sql`);
    const snapshotFile = join(out, 'meta', `${tag.split('_')[0]}_snapshot.json`);
    for (const file of [sqlFile, snapshotFile]) {
      if (!existsSync(file)) {
        throw folderError(`${journalFile} lists ${tag}, but there is no ${file}`);
      }
    }
    const sql = readFileSync(sqlFile, 'utf8');
    const { tables = {}, _meta = {} } = readJson<Snapshot>(snapshotFile);
    return {
      tag,
      sqlFile,
      snapshotFile,
      sql,
      step: parseStep(sql, tag),
      renames: readRenames(_meta),
      tables: new Map(Object.entries(tables)),
    };
  });
}

function readJson<T>(file: string): T {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    throw folderError(`${file} is not valid JSON (an unfinished merge?)`, error);
  }
}

function folderError(reason: string, cause?: unknown): CrrMigrateError {
  return new CrrMigrateError(
    'CRR_MIGRATE_FOLDER',
    `the migrations folder cannot be read: ${reason}. Restore it from version control, or remove the migration from the journal`,
    { cause },
  );
}

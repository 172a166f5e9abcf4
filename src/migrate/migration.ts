import { readFileSync } from 'node:fs';
import { CrrMigrateError } from '../errors.js';
import type { Renames } from './renames.js';
import type { StateStep } from './state.js';

/** drizzle-orm's migrator splits a migration here. */
export const BREAKPOINT = '--> statement-breakpoint';

/** One migration of drizzle-kit's folder. */
export interface Migration {
  readonly tag: string;
  readonly sqlFile: string;
  /** What belongs to it in the migrations folder, relative to that: files, or its folder. */
  readonly files: readonly string[];
  /** The file of the migrations folder that lists it, relative to that, if there is such a file. */
  readonly listedIn?: string;
  readonly sql: string;
  /** What it does to the CRR state; undefined if drizzle-kit wrote it alone. */
  readonly step: StateStep | undefined;
  readonly renames: Renames;
  /** Tables by name, after this migration and all before it. */
  readonly tables: ReadonlyMap<string, SnapshotTable>;
  /** The SELECT of each view that drizzle-kit makes, by name. */
  readonly views: ReadonlyMap<string, string>;
}

/** A table as drizzle-kit's snapshot describes it. */
export interface SnapshotTable {
  readonly columns: Readonly<Record<string, SnapshotColumn>>;
  readonly compositePrimaryKeys?: Readonly<Record<string, { readonly columns: readonly string[] }>>;
  readonly checkConstraints?: Readonly<
    Record<string, { readonly name: string; readonly value: string }>
  >;
  readonly foreignKeys?: Readonly<Record<string, { readonly tableTo: string }>>;
  /** Unique constraints are unique indexes. */
  readonly indexes?: Readonly<Record<string, { readonly isUnique: boolean }>>;
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

/** What to delete so that these migrations are gone, for messages: 'delete a.sql and b.sql'. */
export function howToDelete(migrations: readonly Migration[]): string {
  const files = migrations.flatMap((migration) => migration.files);
  const lists = new Set(migrations.flatMap(({ listedIn }) => listedIn ?? []));
  const entries = [...lists].map((file) => ` and the entries for them in ${file}`);
  return `delete ${files.join(', ')}${entries.join('')}`;
}

/** @throws {CrrMigrateError} CRR_MIGRATE_FOLDER if it is not valid JSON. */
export function readJson<T>(file: string): T {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    throw folderError(`${file} is not valid JSON (an unfinished merge?)`, error);
  }
}

export function folderError(reason: string, cause?: unknown): CrrMigrateError {
  return new CrrMigrateError(
    'CRR_MIGRATE_FOLDER',
    `the migrations folder cannot be read: ${reason}. Restore it from version control, or remove the whole migration`,
    { cause },
  );
}

import { CrrMigrateError } from '../errors.js';
import { readDdl } from './ddl.js';
import { howToDelete, type Migration, splitChunks } from './migration.js';
import { followedBy, NO_RENAMES, type Renames } from './renames.js';
import { baseOf, type CrrState, type TableState } from './state.js';

/** The CRR state after all migrations of a folder. */
export interface Folded {
  readonly state: CrrState;
  /** Migrations that drizzle-kit wrote alone and that touch CRRs: they lack CRR steps. */
  readonly uncarried: readonly Migration[];
  /** CRRs that these touch, under their names in `state`. */
  readonly touched: ReadonlySet<string>;
  /** The renames in these. */
  readonly renames: Renames;
}

/**
 * Follows the CRR state through all migrations.
 *
 * @throws {CrrMigrateError} CRR_MIGRATE_CONFLICT if a migration was made from another state than the
 * migrations before it result in, as happens when two git branches change the same CRR.
 */
export function foldMigrations(migrations: readonly Migration[]): Folded {
  const state = new Map<string, TableState>();
  const lastChange = new Map<string, string>();
  let uncarried: Migration[] = [];
  const touched = new Set<string>();
  let renames = NO_RENAMES;
  for (const migration of migrations) {
    const { step, tag } = migration;
    if (step === undefined) {
      const names = touchedTables(migration.sql, state.keys());
      if (names.length === 0) continue;
      uncarried.push(migration);
      for (const name of names) touched.add(name);
      renames = followedBy(renames, migration.renames);
      continue;
    }
    const requireBase = (name: string, base: string | null) => {
      const actual = state.get(name);
      if (base === (actual === undefined ? null : baseOf(actual))) return;
      throw conflict(migration, name, lastChange.get(name), migrations);
    };
    for (const { name, base } of step.drop) {
      requireBase(name, base);
      state.delete(name);
      lastChange.set(name, tag);
    }
    for (const { was, base, ...table } of step.set) {
      const { name } = table.spec;
      requireBase(was ?? name, base);
      if (was !== undefined) {
        state.delete(was);
        lastChange.set(was, tag);
      }
      state.set(name, table);
      lastChange.set(name, tag);
    }
    // A migration by `generate --repair` makes up for earlier ones, and so does any that alters a CRR.
    for (const { name } of step.drop) touched.delete(name);
    for (const { was, spec } of step.set) touched.delete(was ?? spec.name);
    if (touched.size > 0) continue;
    uncarried = [];
    renames = NO_RENAMES;
  }
  return { state, uncarried, touched, renames };
}

const INDEX = /^\s*(CREATE\s+(UNIQUE\s+)?INDEX|DROP\s+INDEX)\b/i;

/** Tables that the SQL may rebuild, rename or drop. Creating an index leaves triggers alone. */
export function touchedTables(sql: string, tables: Iterable<string>): string[] {
  const text = splitChunks(sql)
    .filter((chunk) => !INDEX.test(chunk))
    .join('\n')
    .toLowerCase();
  return [...tables].filter((table) => {
    const name = table.toLowerCase();
    return ['`', '"', "'", ']', ' ', '(', ';', '\n', ',', '.'].some((end) =>
      text.includes(`${name}${end}`),
    );
  });
}

/**
 * The tables to which the SQL adds columns, if it does nothing else. Triggers of one table may name another, so whatever else
 * is done to any table may need them gone.
 */
export function growingTables(sql: string, tables: readonly string[]): string[] {
  const chunks = splitChunks(sql);
  const adds = (chunk: string) => readDdl(chunk)?.does === 'add column';
  return chunks.every((chunk) => adds(chunk) || INDEX.test(chunk))
    ? touchedTables(sql, tables)
    : [];
}

function conflict(
  migration: Migration,
  table: string,
  changedBy: string | undefined,
  all: readonly Migration[],
): CrrMigrateError {
  const from = all.indexOf(migration);
  const again = all.slice(from);
  const cause =
    changedBy === undefined
      ? 'but no migration before it makes that CRR'
      : `which ${changedBy} has changed since (did two branches each add a migration?)`;
  return new CrrMigrateError(
    'CRR_MIGRATE_CONFLICT',
    `migration ${migration.tag} was made from another state of the CRR "${table}", ${cause}. Make ${again.map(({ tag }) => tag).join(', ')} again: ${howToDelete(again)}, then run drizzle-crr generate`,
  );
}

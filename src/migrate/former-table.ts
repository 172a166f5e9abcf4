import { typeOf } from '../columns/registry.js';
import type { TableConstraints } from '../model/constraints.js';
import {
  DEFAULT_KIND,
  type ReplicatedColumnSpec,
  replicatedColumns,
  type TableSpec,
} from '../model/table-spec.js';
import type { FormerNames } from '../tables/adopt.js';
import type { Migration, SnapshotColumn, SnapshotTable } from './migration.js';
import type { Renames } from './renames.js';

/** A table before a migration that makes it a CRR. Databases in which install() was called have its bookkeeping. */
export interface FormerTable {
  /** The CRR that it would be: drizzle-kit's snapshot with the column types of the schema. */
  readonly spec: TableSpec;
  /** The names that it had at any time before. */
  readonly names: FormerNames;
  /** New names of columns by old ones, in the migration itself. */
  readonly renamed: ReadonlyMap<string, string>;
}

/**
 * Finds what a CRR of the schema was after the migrations before.
 *
 * @param migration the migration that makes it a CRR; undefined if drizzle-kit has no statement for that.
 */
export function formerTable(
  to: TableSpec,
  before: readonly Migration[],
  migration: Pick<Migration, 'renames' | 'tables'> | undefined,
): FormerTable | undefined {
  const renames = migration?.renames;
  const name = formerName(renames, to.name);
  const table = before.at(-1)?.tables.get(name);
  if (table === undefined) return undefined;
  const after = migration?.tables.get(to.name) ?? table;
  const key = keyOf(table);
  if (key.length === 0) return undefined;
  const now = (column: string) => renames?.column(to.name, column) ?? column;
  const wanted = new Map(
    [...to.key, ...replicatedColumns(to)].map((column) => [column.name, column]),
  );
  const columnOf = ({ name, type }: SnapshotColumn) => {
    const target = wanted.get(now(name));
    const isSame = after.columns[now(name)]?.type === type;
    return { name, property: name, sqlType: isSame && target ? target.sqlType : type };
  };
  const replicated = Object.values(table.columns)
    .filter(({ name, generated }) => !key.includes(name) && generated === undefined)
    .map((column): ReplicatedColumnSpec => {
      const target = replicatedColumns(to).find((other) => other.name === now(column.name));
      const isSame = after.columns[now(column.name)]?.default === column.default;
      return {
        ...columnOf(column),
        notNull: column.notNull,
        default: isSame && target ? target.default : defaultText(column.default),
        kind: target?.kind ?? DEFAULT_KIND,
      };
    });
  const renamed = Object.keys(table.columns).flatMap((column) =>
    now(column) === column ? [] : [[column, now(column)] as const],
  );
  const clockColumns = replicated.filter((column) => typeOf(column).storage === 'clock');
  const names = formerNames(before, name);
  return {
    spec: {
      name,
      constraints: names.hadConstraints ? formerConstraints(to, clockColumns, now) : undefined,
      key: key.map((column) => columnOf(table.columns[column]!)),
      rows: to.rows,
      clockColumns,
      cellColumns: replicated.filter((column) => typeOf(column).storage === 'cells'),
    },
    names,
    renamed: new Map(renamed),
  };
}

/**
 * What a database of install() may have aside. Which index masked which column there is in no snapshot, so every column
 * may be masked: rows aside are taken over by the names of their columns, and decided again.
 */
function formerConstraints(
  { constraints }: TableSpec,
  columns: readonly ReplicatedColumnSpec[],
  now: (column: string) => string,
): TableConstraints {
  const before = new Map(columns.map(({ name }) => [now(name), name]));
  const references = constraints?.references ?? [];
  return {
    references: references
      .filter((reference) => reference.columns.every((name) => before.has(name)))
      .map((reference) => ({
        ...reference,
        columns: reference.columns.map((name) => before.get(name)!),
      })),
    isCircular: constraints?.isCircular ?? false,
    uniques: columns.map(({ name }) => ({
      name,
      columns: [name],
      loser: { shows: 'null', column: name },
    })),
  };
}

/** Tables that a migration drops, with the names that they had. */
export function droppedTables(
  before: readonly Migration[],
  migration: Pick<Migration, 'renames' | 'tables'> | undefined,
): ReadonlyMap<string, FormerNames> {
  if (migration === undefined) return new Map();
  const names = [...(before.at(-1)?.tables.keys() ?? [])];
  const gone = names.filter(
    (name) => !migration.tables.has(migration.renames.tables.get(name) ?? name),
  );
  return new Map(gone.map((name) => [name, formerNames(before, name)]));
}

function keyOf({ columns, compositePrimaryKeys = {} }: SnapshotTable): readonly string[] {
  const [composite] = Object.values(compositePrimaryKeys);
  const single = Object.values(columns).filter(({ primaryKey }) => primaryKey);
  return composite?.columns ?? single.map(({ name }) => name);
}

function defaultText(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'boolean' ? String(Number(value)) : String(value);
}

function formerName(renames: Renames | undefined, table: string): string {
  return [...(renames?.tables ?? [])].find(([, to]) => to === table)?.[0] ?? table;
}

/** Follows the names of a table and its columns through all migrations. */
function formerNames(migrations: readonly Migration[], table: string): FormerNames {
  let tracks: ReadonlyMap<string, FormerNames> = new Map();
  for (const { tables, renames } of migrations) {
    tracks = new Map(
      [...tables].map(([name, table]) => {
        const from = formerName(renames, name);
        return [name, follow(tracks.get(from), from, name, table, renames)];
      }),
    );
  }
  const { tables, columns, ...rest } = tracks.get(table)!;
  // A name that is in use again says nothing of what had it before.
  return {
    ...rest,
    tables: tables.filter((name) => !tracks.has(name)),
    columns: new Map(
      [...columns].map(([name, others]) => [name, others.filter((other) => !columns.has(other))]),
    ),
  };
}

function follow(
  before: FormerNames | undefined,
  from: string,
  name: string,
  table: SnapshotTable,
  renames: Renames,
): FormerNames {
  const present = Object.keys(table.columns);
  const isConstrained = hasConstraints(table);
  if (before === undefined) {
    const all = new Set(present);
    const columns = new Map(present.map((column) => [column, []]));
    return { tables: [], columns, everyColumn: all, steady: all, hadConstraints: isConstrained };
  }
  const came = new Map(
    [...before.columns.keys()].map((column) => [renames.column(name, column) ?? column, column]),
  );
  return {
    tables: from === name ? before.tables : [from, ...before.tables],
    columns: new Map(
      present.map((column) => {
        const former = came.get(column);
        const names = former === undefined ? [] : before.columns.get(former)!;
        return [column, former === undefined || former === column ? names : [former, ...names]];
      }),
    ),
    everyColumn: new Set([...before.everyColumn, ...present]),
    steady: new Set(present.filter((column) => before.steady.has(came.get(column) ?? ''))),
    hadConstraints: before.hadConstraints || isConstrained,
  };
}

const hasConstraints = ({ foreignKeys = {}, indexes = {} }: SnapshotTable): boolean =>
  Object.keys(foreignKeys).length > 0 || Object.values(indexes).some(({ isUnique }) => isUnique);

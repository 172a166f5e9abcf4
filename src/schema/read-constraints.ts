import { type Column, is, SQL } from 'drizzle-orm';
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { isDecidedByValue, typeOf } from '../columns/registry.js';
import { CrrSchemaError } from '../errors.js';
import type { ReferenceSpec, UniqueLoser, UniqueSpec } from '../model/constraints.js';
import { affinityOf, hasCollation } from '../model/declared-type.js';
import type { ReplicatedColumnSpec, TableSpec } from '../model/table-spec.js';
import { crrDeclaration, type UniqueLoserKind } from './declaration.js';
import { type Refuse, refusal } from './refuse.js';

type TableConfig = ReturnType<typeof getTableConfig>;
type ColumnName = (column: Column) => string;

/** A unique index or constraint as it is declared. */
interface DeclaredUnique {
  readonly name: string;
  /** Names in the database; undefined for an expression. */
  readonly columns: readonly (string | undefined)[];
  readonly isPartial: boolean;
}

/** A unique index of which it is not known yet what is shown of a row that loses. */
export type RankedUnique = Omit<UniqueSpec, 'loser'>;

/**
 * The unique indexes and constraints of a table beside its key.
 *
 * @throws {CrrSchemaError} for one by which rows cannot be ranked.
 */
export function readUniques(
  table: SQLiteTable,
  spec: TableSpec,
  columnName: ColumnName,
): RankedUnique[] {
  const config = getTableConfig(table);
  const refuse = refusal(spec.name);
  const keys = spec.key.map(({ name }) => name);
  const uniques = declaredUniques(config, columnName).filter(
    // The key alone makes such a row unique.
    ({ columns, isPartial }) => isPartial || !keys.every((key) => columns.includes(key)),
  );
  refuseUnknownNames(
    crrDeclaration(table)?.losers ?? {},
    uniques.map(({ name }) => name),
    refuse,
  );
  return uniques.map(({ name, columns, isPartial }) => {
    if (isPartial || columns.includes(undefined)) {
      refuse(
        'CRR_SCHEMA_UNIQUE',
        `the unique index "${name}" has ${isPartial ? 'a condition' : 'an expression'}, so rows of different sites cannot be ranked by it: use columns alone, or a plain index`,
      );
    }
    for (const column of columns) refuseUnrankable(column!, name, spec, refuse);
    return { name, columns: columns as string[] };
  });
}

function refuseUnknownNames(
  losers: Readonly<Record<string, UniqueLoserKind>>,
  names: readonly string[],
  refuse: Refuse,
): void {
  for (const name of Object.keys(losers)) {
    if (names.includes(name)) continue;
    const known = names.map((other) => `"${other}"`).join(', ');
    refuse(
      'CRR_SCHEMA_UNIQUE',
      `the option "unique" names "${name}", which is no unique index of the table: ${known === '' ? 'it has none beside its key' : `there are ${known}`}`,
    );
  }
}

function declaredUniques(config: TableConfig, columnName: ColumnName): DeclaredUnique[] {
  return [
    ...config.columns
      .filter((column) => column.isUnique)
      .map((column) => ({
        // Drizzle 1.0 leaves the name to drizzle-kit.
        name: column.uniqueName ?? `${config.name}_${columnName(column)}_unique`,
        columns: [columnName(column)],
        isPartial: false,
      })),
    ...config.uniqueConstraints.map((constraint) => ({
      name: constraint.getName() ?? '',
      columns: constraint.columns.map(columnName),
      isPartial: false,
    })),
    ...config.indexes
      .filter((index) => index.config.unique)
      .map((index) => ({
        name: index.config.name,
        // An index's columns are copies.
        columns: index.config.columns.map((column) =>
          is(column, SQL) ? undefined : columnName(column as Column),
        ),
        isPartial: index.config.where !== undefined,
      })),
  ];
}

function refuseUnrankable(name: string, unique: string, spec: TableSpec, refuse: Refuse): void {
  if (spec.key.some((column) => column.name === name)) return;
  const reason = whyNotPlain(replicated(name, spec));
  if (reason === undefined) return;
  refuse(
    'CRR_SCHEMA_UNIQUE',
    `the unique index "${unique}" contains "${name}", which ${reason}: use a plain column, or a plain index`,
  );
}

const replicated = (name: string, { clockColumns, cellColumns }: TableSpec) =>
  [...clockColumns, ...cellColumns].find((column) => column.name === name);

/** Why a column cannot be part of a constraint; undefined if it can. */
function whyNotPlain(column: ReplicatedColumnSpec | undefined): string | undefined {
  if (column === undefined) return 'is a generated column';
  if (typeOf(column).storage === 'cells')
    return 'shows what is computed from the cells of all sites';
  if (isDecidedByValue(column)) return 'merges by value';
  if (hasCollation(column.sqlType)) return 'has a collation, and sites compare bytes';
  return undefined;
}

/** What is shown of a row that loses: as declared, or what hides least. */
function loserOf(
  { name, columns }: RankedUnique,
  kind: UniqueLoserKind | undefined,
  spec: TableSpec,
  referring: ReadonlySet<string>,
): UniqueLoser {
  const plain = spec.clockColumns.filter(
    (column) => columns.includes(column.name) && !referring.has(column.name),
  );
  const inOrder = columns.flatMap((column) => plain.find((other) => other.name === column) ?? []);
  const nullable = inOrder.filter(({ notNull }) => !notNull).at(-1)?.name;
  const text = inOrder.filter(({ sqlType }) => affinityOf(sqlType) === 'text').at(-1)?.name;
  const unfit = (what: string) =>
    refusal(spec.name)('CRR_SCHEMA_UNIQUE', `the unique index "${name}" cannot show ${what}`);
  switch (kind) {
    case 'park':
      return { shows: 'nothing' };
    case 'null':
      if (nullable !== undefined) return { shows: 'null', column: nullable };
      return unfit(
        "NULL: none of its columns beside key and references may be NULL; choose 'suffix' or 'park'",
      );
    case 'suffix':
      if (text !== undefined) return { shows: 'suffix', column: text };
      return unfit('a suffix: none of its columns beside key and references is a text');
  }
  if (nullable !== undefined && columns.length === 1) return { shows: 'null', column: nullable };
  return text === undefined ? { shows: 'nothing' } : { shows: 'suffix', column: text };
}

/**
 * The constraints of a table. They are read when all tables are known: `references(() => users.id)` cannot be
 * called before.
 *
 * @param specs the CRRs of the schema.
 * @throws {CrrSchemaError} for one that could not be kept.
 */
export function readConstraints(
  table: SQLiteTable,
  spec: TableSpec,
  specs: ReadonlyMap<SQLiteTable, TableSpec>,
  columnName: ColumnName,
): DeclaredConstraints {
  const references = readReferences(table, spec, specs, columnName);
  const referring = new Set(references.flatMap(({ columns }) => columns));
  const { losers = {}, rejected } = crrDeclaration(table) ?? {};
  const uniques = readUniques(table, spec, columnName).map((unique) => ({
    ...unique,
    loser: loserOf(unique, losers[unique.name], spec, referring),
  }));
  const mayHide = references.length + uniques.length > 0;
  if (mayHide && rejected === 'wait') {
    refusal(spec.name)(
      'CRR_SCHEMA_REJECTED',
      "rejected: 'wait' is for tables without foreign keys and unique columns, since rows of this one may have to be parked anyway: leave it out",
    );
  }
  const hasChecks = getTableConfig(table).checks.length > 0;
  const parks = mayHide || (rejected ?? (hasChecks ? 'park' : 'wait')) === 'park';
  return { references, uniques, parks };
}

/** Whether a parent may be hidden is known once the constraints of all tables are. */
export interface DeclaredConstraints {
  readonly references: readonly Omit<ReferenceSpec, 'parentMayHide'>[];
  readonly uniques: readonly UniqueSpec[];
  /** Rows may be parked. */
  readonly parks: boolean;
}

function readReferences(
  table: SQLiteTable,
  spec: TableSpec,
  specs: ReadonlyMap<SQLiteTable, TableSpec>,
  columnName: ColumnName,
): Omit<ReferenceSpec, 'parentMayHide'>[] {
  const refuse = refusal(spec.name);
  const seen = new Set<string>();
  return getTableConfig(table).foreignKeys.flatMap((foreignKey) => {
    const { columns, foreignColumns, foreignTable } = foreignKey.reference();
    const names = columns.map(columnName);
    const target = getTableConfig(foreignTable as SQLiteTable).name;
    const where = `its foreign key on ${list(names)}`;
    const parent = specs.get(foreignTable as SQLiteTable);
    if (parent === undefined) {
      return refuse(
        'CRR_SCHEMA_FOREIGN_KEY',
        `${where} refers to "${target}", which is no CRR of this schema, so sites would disagree on which rows are there: declare "${target}" with crrTable() and export it, or drop .references()`,
      );
    }
    const parentNames = foreignColumns.map(columnName);
    const parentKey = parent.key.map((key) => key.name);
    if (
      parentNames.length !== parentKey.length ||
      !parentKey.every((key) => parentNames.includes(key))
    ) {
      return refuse(
        'CRR_SCHEMA_FOREIGN_KEY',
        `${where} refers to ${list(parentNames)}, which is not the primary key of "${target}": refer to ${list(parentKey)}`,
      );
    }
    if (foreignKey.onDelete === 'set default' || foreignKey.onUpdate === 'set default') {
      return refuse(
        'CRR_SCHEMA_FOREIGN_KEY',
        `${where} has the action 'set default', which depends on whether the default's row is there: use 'set null' or 'cascade', or none`,
      );
    }
    // In the order of the parent's key.
    const ordered = parentKey.map((key) => names[parentNames.indexOf(key)]!);
    const isKey = ordered.some((name) => spec.key.some((key) => key.name === name));
    const own = ordered.flatMap((name) => {
      if (spec.key.some((key) => key.name === name)) return [];
      const column = replicated(name, spec);
      const reason = whyNotPlain(column);
      if (reason !== undefined) {
        refuse(
          'CRR_SCHEMA_FOREIGN_KEY',
          `${where} is on "${name}", which ${reason}: use a plain column`,
        );
      }
      return [column!];
    });
    const mayBeNull = !isKey && own.every((column) => !column.notNull);
    const hides = mayBeNull && foreignKey.onDelete !== 'cascade' ? 'column' : 'row';
    const id = JSON.stringify([ordered, parent.name]);
    if (seen.has(id)) return [];
    seen.add(id);
    return [{ columns: ordered, parent: parent.name, parentKey, hides } as const];
  });
}

/**
 * A plain table that refers to a CRR: a merge that deletes or hides the CRR's row must not fail because of it, nor
 * delete rows that no feed has.
 */
export function refusePlainChild(
  table: SQLiteTable,
  specs: ReadonlyMap<SQLiteTable, TableSpec>,
  mayHide: (parent: string) => boolean,
): void {
  const { name, foreignKeys } = getTableConfig(table);
  for (const { reference, onDelete } of foreignKeys) {
    const { foreignTable, columns } = reference();
    const parent = specs.get(foreignTable as SQLiteTable)?.name;
    const isFollowing = onDelete === 'cascade' && parent !== undefined && !mayHide(parent);
    if (parent === undefined || onDelete === 'set null' || isFollowing) continue;
    const what =
      onDelete === 'cascade'
        ? 'a merge may hide a row of it for a while, and the rows here would be deleted for good'
        : 'a delete that is merged would fail for good';
    throw new CrrSchemaError(
      'CRR_SCHEMA_PLAIN_CHILD',
      `plain table "${name}" refers to the CRR "${parent}" with ${list(columns.map((column) => column.name))} and onDelete '${onDelete ?? 'no action'}': ${what}. Use onDelete 'set null', or declare "${name}" with crrTable()`,
    );
  }
}

const list = (columns: readonly string[]) => columns.map((column) => `"${column}"`).join(', ');

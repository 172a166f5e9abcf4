import { type Column, is } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { CrrSchemaError } from '../errors.js';
import type { CrrSchema } from '../model/schema.js';
import type { TableSpec } from '../model/table-spec.js';
import { crrDeclaration } from './declaration.js';
import { type DeclaredConstraints, readConstraints, refusePlainChild } from './read-constraints.js';
import { type ReadSpecOptions, readTableSpec } from './read-spec.js';

/** A schema whose CRRs are known with their Drizzle tables. */
export interface DrizzleSchema extends CrrSchema {
  /** By the table's name in the database. */
  readonly drizzleTables: ReadonlyMap<string, SQLiteTable>;
  /** Turns a driver's value into one of the column's type. */
  readonly decode: Decode;
}

export type Decode = (column: Column, value: unknown) => unknown;

export interface ReadSchemaOptions extends ReadSpecOptions {
  /** A schema without CRRs is allowed: its migrations may drop the CRRs that there were. */
  readonly allowNone?: boolean;
  /** Default: as Drizzle's columns do it. */
  readonly decode?: Decode;
}

/**
 * Collects the CRRs among a schema's exports; everything else in it is left alone.
 *
 * @throws {CrrSchemaError} if a table cannot be a CRR, two CRRs share a name, or there is none.
 */
export function readSchema(
  schema: Readonly<Record<string, unknown>>,
  options: ReadSchemaOptions = {},
): DrizzleSchema {
  const tables = new Map<string, TableSpec>();
  const drizzleTables = new Map<string, SQLiteTable>();
  const specs = new Map<SQLiteTable, TableSpec>();
  const plainTables = new Map<string, SQLiteTable>();
  const seen = new Map<string, SQLiteTable>();
  for (const table of Object.values(schema)) {
    if (!is(table, SQLiteTable)) continue;
    if (crrDeclaration(table) === undefined) {
      plainTables.set(getTableConfig(table).name, table);
      continue;
    }
    const spec = readTableSpec(table, options);
    specs.set(table, spec);
    const namesake = seen.get(spec.name.toLowerCase());
    if (namesake === table) continue; // The same table exported twice.
    if (namesake) {
      throw new CrrSchemaError(
        'CRR_SCHEMA_DUPLICATE_NAME',
        `two CRRs are called "${spec.name}": SQLite compares names without case, so rename one`,
      );
    }
    seen.set(spec.name.toLowerCase(), table);
    tables.set(spec.name, spec);
    drizzleTables.set(spec.name, table);
  }
  addConstraints(tables, drizzleTables, specs, options);
  for (const table of plainTables.values()) {
    refusePlainChild(table, specs, (name) => tables.get(name)?.constraints !== undefined);
  }
  if (tables.size === 0 && !options.allowNone) {
    throw new CrrSchemaError(
      'CRR_SCHEMA_NO_TABLES',
      'the schema holds no CRR: declare tables with crrTable(...) or asCrr(...), and pass { schema } with the module that exports them',
    );
  }
  const { decode = (column, value) => column.mapFromDriverValue(value) } = options;
  return { tables, plainTables: new Set(plainTables.keys()), drizzleTables, decode };
}

/** Constraints are read when all tables are known: only then can what they refer to be looked at. */
function addConstraints(
  tables: Map<string, TableSpec>,
  drizzleTables: ReadonlyMap<string, SQLiteTable>,
  specs: ReadonlyMap<SQLiteTable, TableSpec>,
  { columnName = (column) => column.name }: ReadSchemaOptions,
): void {
  const constraints = new Map<string, DeclaredConstraints>();
  for (const [name, spec] of tables) {
    const declared = readConstraints(drizzleTables.get(name)!, spec, specs, columnName);
    if (declared.parks) constraints.set(name, declared);
  }
  for (const [name, { references, uniques }] of constraints) {
    const known = references.map((reference) => ({
      ...reference,
      parentMayHide: constraints.has(reference.parent),
    }));
    const isCircular = reaches(constraints, name, name);
    tables.set(name, {
      ...tables.get(name)!,
      constraints: { references: known, uniques, isCircular },
    });
  }
}

/** Whether rows of a table may lie below rows of another, by references that hide rows. */
function reaches(
  constraints: ReadonlyMap<string, DeclaredConstraints>,
  from: string,
  to: string,
): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const { parent, hides } of constraints.get(name)?.references ?? []) {
      if (hides !== 'row' || seen.has(parent)) continue;
      if (parent === to) return true;
      seen.add(parent);
      open.push(parent);
    }
  }
  return false;
}

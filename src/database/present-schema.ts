import { isKnownKind } from '../columns/registry.js';
import { CrrDatabaseError } from '../errors.js';
import type { CrrSchema } from '../model/schema.js';
import {
  type ColumnSpec,
  type ReplicatedColumnSpec,
  replicatedColumns,
  type TableSpec,
} from '../model/table-spec.js';
import { type Query, statement } from '../sql/statement.js';
import { decodeSpec, encodeSpec, SELECT_SPECS } from '../tables/catalog/table.js';

import type { Connection } from './connection.js';
import { run } from './run.js';

/**
 * The CRRs of a process as they are in the database now. A migration may have changed them since the process was
 * deployed: it then reads and merges by the database's description, under the property names of its own schema.
 */
export interface PresentSchema {
  readonly schema: CrrSchema;
  /** The schema_version of the database; undefined if it was not looked at. */
  readonly version: number | undefined;
  /** A migration has changed CRRs of the process's schema since. */
  readonly isNewer: boolean;
  /** Columns by table that the process's own schema lacks. */
  readonly unknownColumns: ReadonlyMap<string, ReadonlySet<string>>;
  /** Why tables of the process's schema are missing here. */
  readonly gone: ReadonlyMap<string, string>;
  /** Tables for which something waits that came from a trusted source. */
  readonly waiting: ReadonlySet<string>;
  /** What the database has of the parts that only merging needs, by table; undefined if it was not looked at. */
  readonly merging: 'ready' | ReadonlyMap<string, ReadonlyMap<string, string>> | undefined;
}

/** What crr_table records of a CRR. */
export interface RecordedSpec {
  readonly spec: string;
  readonly former: readonly string[];
}

/** Reads what `crr_table` has of each CRR. */
export function readRecordedSpecs(found: (table: string, recorded: RecordedSpec) => void): Query {
  return {
    ...statement(SELECT_SPECS),
    read(rows) {
      for (const { 0: table, 1: spec, 2: former } of rows) {
        found(String(table), { spec: String(spec), former: JSON.parse(String(former)) });
      }
    },
  };
}

/** The schema as it was declared, for a database that is not looked at. */
export function declaredSchema(schema: CrrSchema): PresentSchema {
  return {
    schema,
    version: undefined,
    isNewer: false,
    unknownColumns: new Map(),
    gone: new Map(),
    waiting: new Set(),
    merging: undefined,
  };
}

/** What the database has made of a CRR: its present spec, or why it cannot be served under the process's own one. */
export function presentSpec(
  own: TableSpec,
  recorded: RecordedSpec | undefined,
): TableSpec | string {
  if (!isOlder(own, recorded)) return own;
  const present = decodeSpec(recorded.spec);
  if (!replicatedColumns(present).every(({ kind }) => isKnownKind(kind))) {
    return 'has a column type that this version of drizzle-crr does not know';
  }
  const isSameKey =
    present.key.length === own.key.length &&
    present.key.every(({ sqlType }, i) => sqlType === own.key[i]!.sqlType);
  if (!isSameKey) return 'has another key';
  const properties = new Map(
    [...own.key, ...replicatedColumns(own)].map(({ name, property }) => [name, property]),
  );
  const named = <T extends ColumnSpec>(column: T): T => ({
    ...column,
    property: properties.get(column.name) ?? column.name,
  });
  return {
    ...present,
    key: present.key.map((column, i) => ({ ...column, property: own.key[i]!.property })),
    clockColumns: present.clockColumns.map(named<ReplicatedColumnSpec>),
    cellColumns: present.cellColumns.map(named<ReplicatedColumnSpec>),
  };
}

/** Whether the database had a process's CRR before, and has another one now. */
export function isOlder(
  own: TableSpec,
  recorded: RecordedSpec | undefined,
): recorded is RecordedSpec {
  if (recorded === undefined) return false;
  const text = encodeSpec(own);
  return recorded.spec !== text && recorded.former.includes(text);
}

/**
 * The tables of a schema as they are in the database, as far as it describes them: for {@link DriftCheck} the triggers
 * have to fit, too.
 */
export async function readPresentSchema(
  connection: Connection,
  own: CrrSchema,
): Promise<CrrSchema> {
  const recorded = new Map<string, RecordedSpec>();
  try {
    await run(connection, [readRecordedSpecs((table, spec) => recorded.set(table, spec))], 'read');
  } catch {
    // What cannot be read is found by itself.
    return own;
  }
  const tables = [...own.tables].flatMap(([name, spec]) => {
    const present = presentSpec(spec, recorded.get(name));
    return typeof present === 'string' ? [] : [[name, present] as const];
  });
  return { tables: new Map(tables), plainTables: own.plainTables };
}

/** Columns of the present spec that the process's own one lacks. */
export function unknownColumns(own: TableSpec, present: TableSpec): ReadonlySet<string> {
  const known = new Set(replicatedColumns(own).map(({ name }) => name));
  return new Set(replicatedColumns(present).flatMap(({ name }) => (known.has(name) ? [] : [name])));
}

/** @throws {CrrDatabaseError} CRR_DATABASE_NEWER_SCHEMA if a migration has taken the table from this process. */
export function requirePresent({ schema, gone }: PresentSchema, table: string): TableSpec {
  const spec = schema.tables.get(table);
  if (spec !== undefined) return spec;
  throw newerSchema(`"${table}" ${gone.get(table) ?? 'is not a CRR any more'}`);
}

export function newerSchema(what: string, cause?: unknown): CrrDatabaseError {
  return new CrrDatabaseError(
    'CRR_DATABASE_NEWER_SCHEMA',
    `a migration has changed the database, and this process still has the schema from before: ${what}. Restart it with the newer schema`,
    { cause },
  );
}

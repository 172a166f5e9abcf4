import { type Column, getTableColumns, is, SQL } from 'drizzle-orm';
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { cellTypeOf, typeOf } from '../columns/registry.js';
import { EVENT, SENTINEL } from '../model/change.js';
import { hasCollation } from '../model/declared-type.js';
import { MAX_COLUMNS, MAX_KEY_COLUMNS } from '../model/limits.js';
import {
  type ColumnSpec,
  DEFAULT_KIND,
  type ReplicatedColumnSpec,
  type TableSpec,
} from '../model/table-spec.js';
import { isReservedTableName } from '../sql/names.js';
import { quoteBlob, quoteName, quoteText } from '../sql/quote.js';
import { crrDeclaration } from './declaration.js';
import { readUniques } from './read-constraints.js';
import { type Refuse, refusal } from './refuse.js';
import { refuseKinds } from './refuse-kinds.js';

export interface ReadSpecOptions {
  /** The name of a column in the database; Drizzle's `casing` option makes it differ from `column.name`. */
  readonly columnName?: (column: Column) => string;
}

/**
 * Reads the plain description of a CRR from its Drizzle table, without its foreign keys; see readSchema().
 *
 * @throws {CrrSchemaError} if the table cannot be a CRR as it is declared.
 */
export function readTableSpec(table: SQLiteTable, options: ReadSpecOptions = {}): TableSpec {
  const config = getTableConfig(table);
  const columnName = options.columnName ?? ((column: Column) => column.name);
  const properties = new Map(
    Object.entries(getTableColumns(table)).map(([property, column]) => [column.name, property]),
  );
  const columnSpec = (column: Column): ColumnSpec => ({
    name: columnName(column),
    property: properties.get(column.name) ?? column.name,
    sqlType: column.getSQLType(),
  });
  const refuse = refusal(config.name);

  if (isReservedTableName(config.name)) {
    refuse(
      'CRR_SCHEMA_RESERVED_NAME',
      'its name collides with the bookkeeping: rename it so that it neither starts with "crr_" nor contains "__crr_"',
    );
  }
  const composite = config.primaryKeys[0]?.columns;
  const keyColumns = composite ?? config.columns.filter((column) => column.primary);
  if (keyColumns.length === 0) {
    refuse(
      'CRR_SCHEMA_NO_PRIMARY_KEY',
      'it has no primary key: rows of different sites are the same row when their keys are equal, so add .primaryKey() to a column or primaryKey({ columns: [...] }) to the table',
    );
  }
  if (keyColumns.length > MAX_KEY_COLUMNS) {
    refuse(
      'CRR_SCHEMA_KEY_TOO_WIDE',
      `its primary key has ${keyColumns.length} columns: use at most ${MAX_KEY_COLUMNS}`,
    );
  }
  for (const column of keyColumns) refuseKeyColumn(column, columnName(column), refuse);
  for (const reserved of [SENTINEL, EVENT]) {
    if (!config.columns.some((column) => columnName(column) === reserved)) continue;
    refuse(
      'CRR_SCHEMA_RESERVED_NAME',
      `its column "${reserved}" has the name that changes use for ${reserved === EVENT ? 'events' : 'the existence of a row'}: rename it`,
    );
  }

  const isKey = new Set(keyColumns.map((column) => column.name));
  const declaration = crrDeclaration(table) ?? { kinds: {} };
  const {
    kinds,
    others = DEFAULT_KIND,
    rows = 'causal',
    history = false,
    conflictLevel,
  } = declaration;
  const replicated = config.columns.filter(
    (column) => !isKey.has(column.name) && column.generated === undefined,
  );
  const columns = replicated.map((column): ReplicatedColumnSpec => {
    const spec = columnSpec(column);
    return {
      ...spec,
      notNull: column.notNull,
      default: defaultText(column, spec.name, refuse),
      kind: kinds[spec.property] ?? others,
    };
  });
  if (columns.length > MAX_COLUMNS) {
    refuse(
      'CRR_SCHEMA_TOO_WIDE',
      `it has ${columns.length} columns beside its key: use at most ${MAX_COLUMNS}`,
    );
  }
  refuseKinds(columns, kinds, keyColumns.map(columnSpec), config.columns.map(columnSpec), refuse);
  const spec: TableSpec = {
    name: config.name,
    key: keyColumns.map((column) => {
      const spec = columnSpec(column);
      const value = defaultText(column, spec.name, refuse);
      return value === undefined ? spec : { ...spec, default: value };
    }),
    rows,
    clockColumns: columns.filter((column) => typeOf(column).storage === 'clock'),
    cellColumns: columns.filter((column) => typeOf(column).storage === 'cells'),
    ...(history && { history }),
    ...(conflictLevel === 'row' && { conflictLevel }),
  };
  if (history) refuseHistory(spec, refuse);
  else if (conflictLevel === 'row') refuseLevel(refuse);
  readUniques(table, spec, columnName);
  return spec;
}

function refuseKeyColumn(column: Column, name: string, refuse: Refuse): void {
  if (column.generated !== undefined) {
    refuse(
      'CRR_SCHEMA_GENERATED_KEY',
      `key column "${name}" is generated: use a plain column for the key`,
    );
  }
  if (!column.notNull) {
    refuse(
      'CRR_SCHEMA_NULLABLE_KEY',
      `key column "${name}" may be NULL, and NULL keys are never equal: add .notNull()`,
    );
  }
  if (hasCollation(column.getSQLType())) {
    refuse(
      'CRR_SCHEMA_COLLATION',
      `key column "${name}" has a collation, and keys are compared byte by byte between sites: remove the collation, and write keys in lower case if case must not matter`,
    );
  }
  if ('autoIncrement' in column && column.autoIncrement === true) {
    refuse(
      'CRR_SCHEMA_AUTOINCREMENT',
      `key column "${name}" is AUTOINCREMENT, so two sites would give different rows the same key: use a random key, such as text('${name}').primaryKey().$defaultFn(() => crypto.randomUUID())`,
    );
  }
}

/** The default as DDL text. A merge that creates a row gives it to columns that it does not mention. */
function defaultText(column: Column, name: string, refuse: Refuse): string | undefined {
  const value: unknown = column.default;
  if (value === undefined) return undefined;
  if (is(value, SQL)) {
    const config = {
      // Drizzle 1.0 has none: casing is the schema's there.
      casing: { getColumnCasing: (c: Column) => c.name },
      escapeName: quoteName,
      escapeParam: () => '?',
      escapeString: quoteText,
      inlineParams: true,
    };
    return value.toQuery(config as never).sql;
  }
  const driverValue: unknown = value === null ? null : column.mapToDriverValue(value);
  switch (typeof driverValue) {
    case 'string':
      return quoteText(driverValue);
    case 'number':
    case 'bigint':
      return String(driverValue);
    case 'boolean':
      return driverValue ? '1' : '0';
  }
  if (driverValue === null) return 'NULL';
  if (driverValue instanceof Uint8Array) return quoteBlob(driverValue);
  return refuse(
    'CRR_SCHEMA_DEFAULT',
    `the default of column "${name}" has no SQL text: write it as sql\`...\``,
  );
}

const refuseLevel = (refuse: Refuse) =>
  refuse(
    'CRR_SCHEMA_CONFLICT_LEVEL',
    "it has conflictLevel: 'row' and no history, and without one nobody knows what is a conflict: add history: true",
  );

/** A text keeps a log of its own, by update. */
function refuseHistory({ cellColumns }: TableSpec, refuse: Refuse): void {
  const text = cellColumns.find((column) => cellTypeOf(column).log !== undefined);
  if (text === undefined) return;
  refuse(
    'CRR_SCHEMA_COLUMN_TYPE',
    `column "${text.name}" is a collaborative text, and tables with history cannot have one: keep the texts in a table of their own`,
  );
}

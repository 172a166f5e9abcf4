import type { TableConstraints } from '../../model/constraints.js';
import {
  type ColumnKind,
  DEFAULT_KIND,
  type ReplicatedColumnSpec,
  type TableSpec,
} from '../../model/table-spec.js';
import { statementText } from '../../sql/layout.js';
import { CATALOG_TABLE } from '../../sql/names.js';
import { quoteText } from '../../sql/quote.js';
import { raiseSchemaVersion } from '../milestone/schema-version.js';

/**
 * crr_table: the CRRs of the database. The base table and the clock table show which columns there are;
 * how they merge is known from here.
 *
 *     table_name  the base table
 *     spec        what the CRR was made from, as JSON; see encodeSpec()
 *     former      JSON array of what `spec` was before, the oldest first: a process whose schema is among these is
 *                 older than the database
 */
export function catalogStatements(): string[] {
  return [
    statementText`
      CREATE TABLE IF NOT EXISTS ${CATALOG_TABLE} (
        table_name TEXT NOT NULL PRIMARY KEY,
        spec TEXT NOT NULL,
        former TEXT NOT NULL
      ) STRICT`,
  ];
}

/** Records what a CRR is made from now. */
export function recordSpecStatements(spec: TableSpec): string[] {
  const [name, text] = [quoteText(spec.name), quoteText(encodeSpec(spec))];
  return [
    statementText`
      INSERT INTO ${CATALOG_TABLE} (table_name, spec, former)
      VALUES (${name}, ${text}, '[]')
      ON CONFLICT (table_name) DO UPDATE
      SET
        spec = excluded.spec,
        former = json_insert(former, '$[#]', spec)
      WHERE spec <> excluded.spec`,
    raiseSchemaVersion('changes() > 0'),
  ];
}

/** A renamed table keeps what it was made from before. */
export function renameSpecStatements(from: string, to: string): string[] {
  return [
    `UPDATE OR IGNORE ${CATALOG_TABLE} SET table_name = ${quoteText(to)} WHERE table_name = ${quoteText(from)}`,
    ...forgetSpecStatements(from),
  ];
}

export function forgetSpecStatements(table: string): string[] {
  const row = `FROM ${CATALOG_TABLE} WHERE table_name = ${quoteText(table)}`;
  return [raiseSchemaVersion(`EXISTS (SELECT 1 ${row})`), `DELETE ${row}`];
}

export const SELECT_SPECS = `SELECT table_name, spec, former FROM ${CATALOG_TABLE}`;

/** A spec as it is kept, here and in migrations: without Drizzle's properties, and without defaults. */
export interface PlainSpec {
  readonly name: string;
  readonly key: readonly { readonly name: string; readonly sqlType: string }[];
  readonly rows?: TableSpec['rows'];
  readonly clockColumns: readonly PlainColumn[];
  readonly cellColumns?: readonly PlainColumn[];
  readonly constraints?: TableConstraints;
  readonly history?: true;
}

interface PlainColumn {
  readonly name: string;
  readonly sqlType: string;
  readonly notNull?: boolean;
  readonly default?: string;
  /** Omitted: {@link DEFAULT_KIND}. */
  readonly kind?: ColumnKind;
}

export function plainSpec(spec: TableSpec): PlainSpec {
  return {
    name: spec.name,
    key: spec.key.map(({ name, sqlType }) => ({ name, sqlType })),
    ...(spec.rows !== 'causal' && { rows: spec.rows }),
    clockColumns: spec.clockColumns.map(plainColumn),
    ...(spec.cellColumns.length > 0 && { cellColumns: spec.cellColumns.map(plainColumn) }),
    ...(spec.constraints && { constraints: spec.constraints }),
    ...(spec.history && { history: true as const }),
  };
}

function plainColumn(column: ReplicatedColumnSpec): PlainColumn {
  const { name, sqlType, notNull, default: value, kind } = column;
  return {
    name,
    sqlType,
    ...(notNull && { notNull: true }),
    ...(value !== undefined && { default: value }),
    ...(kind.type !== DEFAULT_KIND.type && { kind }),
  };
}

/** Reads the spec again. A column's property is not kept, so it is its name here. */
export function specOfPlain(plain: PlainSpec): TableSpec {
  const column = ({
    name,
    sqlType,
    notNull = false,
    default: value,
    kind = DEFAULT_KIND,
  }: PlainColumn) => ({
    ...{ name, property: name, sqlType, notNull, kind },
    default: value,
  });
  return {
    name: plain.name,
    key: plain.key.map((key) => ({ ...key, property: key.name })),
    rows: plain.rows ?? 'causal',
    clockColumns: plain.clockColumns.map(column),
    cellColumns: (plain.cellColumns ?? []).map(column),
    ...(plain.constraints && { constraints: plain.constraints }),
    ...(plain.history && { history: true }),
  };
}

export const encodeSpec = (spec: TableSpec) => JSON.stringify(plainSpec(spec));
export const decodeSpec = (text: string) => specOfPlain(JSON.parse(text) as PlainSpec);

import { affinityOf } from '../model/declared-type.js';
import { packKey } from '../model/packed-key.js';
import { type RowId, RowSet } from '../model/row-id.js';
import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import { exactValue, portable } from '../sql/driver-value.js';
import { any, list, statementText } from '../sql/layout.js';
import { quoteName } from '../sql/quote.js';
import { bindValue, type Query, statement } from '../sql/statement.js';
import { keyValuesOf, keyWidth, readKey } from '../tables/clock/read-key.js';

/** The replicated cells of a row outside its key, by column name, as the table shows them. */
export type Cells = ReadonlyMap<string, SqlValue>;

/** A row as its table shows it. */
export interface ShownRow extends RowId {
  readonly cells: Cells;
}

/** Every engine takes so many conditions, and as many placeholders. */
const ROWS_PER_QUERY = 50;

/** Reads rows by their keys. Those that the table does not show are not found. */
export function readShown(
  spec: TableSpec,
  keys: readonly (readonly SqlValue[])[],
  found: (row: ShownRow) => void,
): Query[] {
  const columns = replicatedColumns(spec);
  const values = columns.map(({ name, sqlType }) => portable(quoteName(name), affinityOf(sqlType)));
  const types = columns.map(({ name }) => `substr(typeof(${quoteName(name)}), 1, 1)`);
  const selected = list([
    ...keyValuesOf(spec, quoteName),
    ...values,
    types.length === 0 ? "''" : types.join(' || '),
  ]);
  const first = keyWidth(spec);
  const slices = Array.from({ length: Math.ceil(keys.length / ROWS_PER_QUERY) }, (_, i) =>
    keys.slice(i * ROWS_PER_QUERY, (i + 1) * ROWS_PER_QUERY),
  );
  return slices.map((slice) => {
    const args: SqlValue[] = [];
    const isOne = slice.map((key) => `(${keyIs(spec, key, args)})`);
    const sql = statementText`
      SELECT
        ${selected}
      FROM ${quoteName(spec.name)}
      WHERE
        ${any(isOne)}`;
    return {
      ...statement(sql, args),
      read(rows) {
        for (const row of rows) {
          const letters = String(row[first + columns.length]);
          const cells = columns.map(
            ({ name }, i) => [name, exactValue(row[first + i]!, letters[i]!)] as const,
          );
          found({ table: spec.name, pk: packKey(readKey(spec, row, 0)), cells: new Map(cells) });
        }
      },
    };
  });
}

const keyIs = (spec: TableSpec, key: readonly SqlValue[], args: SqlValue[]): string =>
  spec.key.map(({ name }, i) => `${quoteName(name)} = ${bindValue(key[i]!, args)}`).join(' AND ');

/** Rows by their ids. */
export class ShownRows {
  readonly #rows = new RowSet<ShownRow>();

  readonly add = (row: ShownRow): void => this.#rows.add(row);

  /** Undefined if the table does not show the row. */
  cellsOf(row: RowId): Cells | undefined {
    return this.#rows.get(row)?.cells;
  }
}

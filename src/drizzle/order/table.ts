import { and, type Column, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { orderedWithin } from '../../columns/fract-index/type.js';
import { isOrderKeySql } from '../../columns/fract-index/valid.js';
import { CrrUsageError } from '../../errors.js';
import { crrDeclaration } from '../../schema/declaration.js';
import type { Crr } from '../crr.js';

/** A row's key: its value, or an object by property if it has several columns. */
export type RowKey = string | number | bigint | Readonly<Record<string, unknown>>;

/** Values of a row, or of some of its columns, by property. */
export type Row = Readonly<Record<string, unknown>>;

/** The members of a Drizzle database or transaction that are used here; structural, since classes differ between Drizzle's lines. */
export interface Drizzle {
  select(fields: object): { from(table: object): never };
  insert(table: object): { values(row: object): Writing };
  update(table: object): { set(values: object): { where(condition: unknown): Writing } };
  /** A transaction has none. */
  readonly $crr?: Crr;
}

/** A query of Drizzle that writes. */
export interface Writing extends PromiseLike<unknown> {
  toSQL(): { readonly sql: string; readonly params: unknown[] };
}

/** A table as one of its order keys sees it: its rows by their keys, and the lists they stand in. */
export class OrderedTable {
  /** The columns of the primary key, in its order. */
  readonly key: readonly (readonly [property: string, column: Column])[];
  /** The properties whose values make up a list. */
  readonly within: readonly string[];
  readonly columns: Readonly<Record<string, Column>>;

  constructor(
    readonly table: SQLiteTable,
    /** The order key's. */
    readonly property: string,
  ) {
    const within = orderedWithin(crrDeclaration(table)?.kinds[property]);
    if (within === undefined) {
      const name = getTableConfig(table).name;
      throw usage(`"${name}" has no order key "${property}": declare it with fractIndex(...)`);
    }
    this.columns = getTableColumns(table);
    this.key = keyOfTable(table);
    this.within = within;
  }

  /** The condition that a row of `table`, which may be an alias, is the one with this key. */
  keyIs(key: RowKey, table: SQLiteTable = this.table): SQL | undefined {
    const values = this.#values(key);
    return and(...this.key.map(([name], i) => eq(getTableColumns(table)[name]!, values[i])));
  }

  /** Whether two keys are those of one row. */
  isSame(a: RowKey, b: RowKey): boolean {
    const others = this.#values(b);
    return this.#values(a).every((value, i) => {
      const stored = (v: unknown) => String(this.key[i]![1].mapToDriverValue(v));
      return stored(value) === stored(others[i]);
    });
  }

  /** @throws {CrrUsageError} if a row with these values is not in this list. */
  refuseOtherList(list: Row, row: Row): void {
    for (const name of this.within) {
      const column = this.columns[name]!;
      const stored = (value: unknown) =>
        value === null || value === undefined ? null : String(column.mapToDriverValue(value));
      if (stored(list[name]) === stored(row[name])) continue;
      throw usage(`the place is in another list than the row: their "${name}" differ`);
    }
  }

  #values(key: RowKey): unknown[] {
    const byName = typeof key === 'object' ? key : { [this.key[0]![0]]: key };
    if (typeof key !== 'object' && this.key.length > 1) {
      throw usage(`the key has several columns: give them as an object`);
    }
    return this.key.map(([name]) => {
      if (byName[name] === undefined) throw usage(`the key lacks "${name}"`);
      return byName[name];
    });
  }
}

/** The condition that a column has an order key, and no other text. */
export function isOrderKey(column: Column): SQL {
  const parts = String(isOrderKeySql('?')).split('?');
  return sql`(${sql.join(
    parts.map((part) => sql.raw(part)),
    sql`${column}`,
  )})`;
}

/** The key's columns in the order of the primary key, by property. */
export function keyOfTable(table: SQLiteTable): (readonly [string, Column])[] {
  const config = getTableConfig(table);
  const columns = config.primaryKeys[0]?.columns ?? config.columns.filter(({ primary }) => primary);
  const properties = Object.entries(getTableColumns(table));
  return columns.map(
    (column) => properties.find(([, { name }]) => name === column.name) as [string, Column],
  );
}

export const usage = (message: string) => new CrrUsageError('CRR_USAGE_ORDER', `order: ${message}`);

export function refuseMissing(): never {
  throw usage('no row has the key that was given: it was deleted, or never written here');
}

import { is, SQL, sql } from 'drizzle-orm';
import { keyAfterSql, keyBeforeSql } from '../../columns/fract-index/key-sql.js';
import { isOrderKey, type OrderedTable, type Row, usage } from './table.js';

/**
 * The key before all rows of a list, or behind them, as SQL for an insert or update. If `values` lacks a
 * property of the list, its column's default counts, as it would in the row.
 */
export function endOfList(
  { table, property, columns, within }: OrderedTable,
  end: 'first' | 'last',
  values: Row,
): SQL<string> {
  const list = within.map((name) => {
    const column = columns[name]!;
    const value: unknown = values[name] === undefined ? column.default : values[name];
    if (value === undefined) {
      throw usage(`"${name}" is missing: a list is given by ${within.join(', ')}`);
    }
    if (value === null) return sql`${column} IS NULL`;
    return sql`${column} IS ${is(value, SQL) ? value : sql.param(value, column)}`;
  });
  const position = columns[property]!;
  // A text that is no order key has no neighbours: it is as if it were not there.
  const where = sql.join([...list, isOrderKey(position)], sql` AND `);
  const pick = sql.raw(end === 'first' ? 'min' : 'max');
  const key = sql`(SELECT ${pick}(${position}) FROM ${table} WHERE ${where})`;
  const next = end === 'first' ? keyBeforeSql : keyAfterSql;
  const [head, tail] = next('?').split('?') as [string, string];
  return sql`${sql.raw(head)}${key}${sql.raw(tail)}`;
}

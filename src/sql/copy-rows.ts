import { quoteName } from './quote.js';

/** Copies the rows of a table into another one. `columns` are pairs of names: into, from. */
export function copyRowsSql(
  into: string,
  from: string,
  columns: readonly (readonly [into: string, from: string])[],
): string {
  const names = (side: 0 | 1) => columns.map((pair) => quoteName(pair[side])).join(', ');
  return `INSERT INTO ${quoteName(into)}(${names(0)}) SELECT ${names(1)} FROM ${quoteName(from)};`;
}

/** Copies the rows of a table into a new one. `columns` is a list in SQL; without it, all of them. */
export const copyAsSql = (from: string, into: string, columns = '*') =>
  `CREATE TABLE ${quoteName(into)} AS SELECT ${columns} FROM ${quoteName(from)};`;

/** Puts such a copy into a table. */
export function copyBackSql(from: string, into: string, columns?: string): string {
  const list = columns === undefined ? '' : ` (${columns})`;
  return `INSERT INTO ${quoteName(into)}${list} SELECT ${columns ?? '*'} FROM ${quoteName(from)};`;
}

export const deleteRowsSql = (table: string) => `DELETE FROM ${quoteName(table)};`;
export const dropTableSql = (table: string) => `DROP TABLE ${quoteName(table)};`;

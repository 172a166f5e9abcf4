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

/*
 * Versions of a register's cells are even while the value stands, and odd once another site has
 * overwritten it: marking a cell adds one, the owner's next write goes on to the next even number.
 * So a mark says which write it saw, and a concurrent write of the owner survives it.
 */
export const FIRST_VERSION = '2';
export const NEXT_VERSION = '(ver | 1) + 1';
export const STANDS = 'ver % 2 = 0';

const RANK = `CASE typeof(x.val) WHEN 'integer' THEN 4 WHEN 'real' THEN 3 WHEN 'text' THEN 2 WHEN 'blob' THEN 1 ELSE 0 END`;

/**
 * What a register shows: the greatest of the values that stand, by the order that decides merges.
 * While only marks have arrived, what it shows now.
 */
export function shownValueSql(cells: string, current: string): string {
  const standing = `${cells} AND x.${STANDS}`;
  return `CASE WHEN EXISTS (SELECT 1 ${standing}) THEN (SELECT x.val ${standing} ORDER BY ${RANK} DESC, x.val COLLATE BINARY DESC LIMIT 1) ELSE ${current} END`;
}

import { copyAsSql, copyBackSql, deleteRowsSql, dropTableSql } from '../sql/copy-rows.js';
import { readDdl, rebuiltAs } from './ddl.js';
import { Family, type Relative } from './family.js';
import type { Migration } from './migration.js';

/*
 * DROP TABLE deletes the rows of the table first, with the ON DELETE actions of every table that refers to it: the
 * rebuild of a parent deletes its children. drizzle-kit turns foreign keys off around it, which does nothing inside
 * a transaction, and D1, wrangler and most migrators run a migration in one. So the rows of these tables, and of
 * the tables below them, are kept in tables of their own meanwhile, and no row is left for SQLite to act on.
 */

export interface Kept {
  readonly statements: readonly string[];
  /** Tables whose rows are away for a while, under their names before the migration. */
  readonly tables: ReadonlySet<string>;
}

/** Tables that a migration makes and drops. */
const KEPT = 'crr_kept_';

/** Whether a migration's text keeps rows already. */
export const keepsRows = (sql: string) => sql.includes(KEPT);

/** Adds to drizzle-kit's statements those that keep the rows of child tables. All others are unchanged. */
export function keepRows(
  statements: readonly string[],
  migration: Migration,
  before: Migration | undefined,
): Kept {
  const family = new Family(migration, before);
  const tables = new Set<string>();
  const back = new Map<string, readonly string[]>();
  const last: string[] = [];
  let count = 0;
  const kept = statements.flatMap((sql, i) => {
    const ddl = readDdl(sql);
    if (ddl?.does === 'drop table' && isRebuilt(ddl.table, statements.slice(i))) {
      const { table } = ddl;
      const away = family.below(table).map((relative) => ({ relative, into: `${KEPT}${count++}` }));
      for (const { relative } of away) if (relative.before) tables.add(relative.before);
      back.set(
        table,
        // Parents first.
        [...away].reverse().flatMap((one) => bringBack(one.relative, one.into)),
      );
      family.follow(sql);
      return away.length === 0 ? [sql] : [...putAway(away), sql];
    }
    if (ddl?.does === 'drop table' && !migration.tables.has(ddl.table)) {
      // Once all others are rebuilt, none refers to it any more.
      last.push(sql);
      return [];
    }
    family.follow(sql);
    if (ddl?.does !== 'rename table' || ddl.table !== rebuiltAs(ddl.to)) return [sql];
    return [sql, ...(back.get(ddl.to) ?? [])];
  });
  return {
    statements: last.length === 0 ? kept : [...kept, DEFER, ...last],
    tables,
  };
}

/** Rows may refer to each other. Only until the end of the transaction. */
const DEFER = 'PRAGMA defer_foreign_keys=ON;';

function putAway(
  away: readonly { readonly relative: Relative; readonly into: string }[],
): string[] {
  return [
    DEFER,
    ...away.map(({ relative: { name, columns }, into }) => copyAsSql(name, into, columns)),
    ...away.map(({ relative }) => deleteRowsSql(relative.name)),
  ];
}

const bringBack = ({ name, columns, becomes = name }: Relative, from: string): string[] => [
  copyBackSql(from, becomes, columns),
  dropTableSql(from),
];

function isRebuilt(table: string, rest: readonly string[]): boolean {
  return rest.some((sql) => {
    const ddl = readDdl(sql);
    return ddl?.does === 'rename table' && ddl.table === rebuiltAs(table) && ddl.to === table;
  });
}

import { createViewSql, dropViewSql } from '../sql/view.js';
import { readDdl } from './ddl.js';
import type { Migration } from './migration.js';

/**
 * SQLite refuses to rebuild a table that a view reads, and to drop a column that a view names. So such views, and
 * those that read them, are dropped before drizzle-kit's statements and made again after them.
 */
export function setViewsAside(
  statements: readonly string[],
  migration: Migration,
  before: Migration | undefined,
): readonly string[] {
  const changed = statements.flatMap((sql) => {
    const ddl = readDdl(sql);
    return ddl?.does === 'drop table' || ddl?.does === 'drop column' ? [ddl.table] : [];
  });
  if (changed.length === 0) return statements;
  const affected = reading(changed, before?.views ?? new Map());
  const rest = statements.filter((sql) => {
    const ddl = readDdl(sql);
    return !(ddl?.does === 'create view' || (ddl?.does === 'drop view' && affected.has(ddl.view)));
  });
  const made = new Map(
    statements.flatMap((sql) => {
      const ddl = readDdl(sql);
      return ddl?.does === 'create view' ? [[ddl.view, sql] as const] : [];
    }),
  );
  const again = [...migration.views].flatMap(([name, definition]) =>
    affected.has(name) && !made.has(name) ? [createViewSql(name, definition)] : [],
  );
  return [...[...affected].map(dropViewSql), ...rest, ...again, ...made.values()];
}

/** The views that read one of these tables, or each other. */
function reading(
  tables: readonly string[],
  views: ReadonlyMap<string, string>,
): ReadonlySet<string> {
  const found = new Set<string>();
  const mentions = (definition: string, name: string) =>
    definition.toLowerCase().includes(name.toLowerCase());
  for (let size = -1; size < found.size; ) {
    size = found.size;
    for (const [view, definition] of views) {
      if ([...tables, ...found].some((name) => mentions(definition, name))) found.add(view);
    }
  }
  return found;
}

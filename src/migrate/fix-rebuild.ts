import { copyRowsSql } from '../sql/copy-rows.js';
import { columnsOf, follow, NAME, rebuiltAs } from './ddl.js';
import type { Migration } from './migration.js';

/*
 * If one migration rebuilds a table and also adds or renames a column of that table, drizzle-kit 0.31
 * copies the rows by the new names: `INSERT INTO __new_t(.., "new") SELECT .., "new" FROM t`. But t has
 * no column of that name yet. The fixed statement reads the old name, and leaves an added column out,
 * so that it gets its default. A generated column is left out, too: it cannot be written.
 */

const COPY = new RegExp(
  `^INSERT INTO ${NAME}\\s*\\(([\\s\\S]*)\\) SELECT ([\\s\\S]*) FROM ${NAME};?$`,
);
/** drizzle-kit's statements with these copies fixed; all others unchanged. */
export function fixRebuilds(
  statements: readonly string[],
  migration: Migration,
  before: Migration | undefined,
): string[] {
  const tables = columnsOf(before?.tables);
  return statements.map((sql) => {
    const fixed = fixCopy(sql.trim(), tables, migration);
    follow(sql.trim(), tables);
    return fixed;
  });
}

function fixCopy(
  sql: string,
  tables: ReadonlyMap<string, ReadonlySet<string>>,
  { renames, tables: tablesAfter }: Migration,
): string {
  const match = COPY.exec(sql);
  if (match === null) return sql;
  const [, bare, quoted, into, from] = match;
  const target = bare ?? quoted!;
  const source = match[5] ?? match[6]!;
  const columns = tables.get(source);
  if (target !== rebuiltAs(source) || columns === undefined || into !== from) return sql;
  const names = [...into!.matchAll(/"((?:[^"]|"")+)"/g)].map(([, name]) =>
    name!.replaceAll('""', '"'),
  );
  const formerNames = new Map(
    [...columns].flatMap((name) => {
      const now = renames.column(source, name);
      return now === undefined ? [] : [[now, name] as const];
    }),
  );
  const pairs = names.flatMap((name) => {
    if (tablesAfter.get(source)?.columns[name]?.generated !== undefined) return [];
    if (columns.has(name)) return [[name, name] as const];
    const former = formerNames.get(name);
    return former === undefined ? [] : [[name, former] as const];
  });
  if (pairs.every(([name, former]) => name === former) && pairs.length === names.length) return sql;
  return copyRowsSql(target, source, pairs);
}

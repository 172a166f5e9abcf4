import { copyRowsSql } from '../sql/copy-rows.js';
import type { Migration } from './migration.js';

/*
 * If one migration rebuilds a table and also adds or renames a column of that table, drizzle-kit 0.31
 * copies the rows by the new names: `INSERT INTO __new_t(.., "new") SELECT .., "new" FROM t`. But t has
 * no column of that name yet. The fixed statement reads the old name, and leaves an added column out,
 * so that it gets its default.
 */

const NAME = '(?:`([^`]+)`|"((?:[^"]|"")+)")';
const COPY = new RegExp(
  `^INSERT INTO ${NAME}\\s*\\(([\\s\\S]*)\\) SELECT ([\\s\\S]*) FROM ${NAME};?$`,
);
const RENAME_TABLE = new RegExp(`^ALTER TABLE ${NAME} RENAME TO ${NAME}`);
const RENAME_COLUMN = new RegExp(`^ALTER TABLE ${NAME} RENAME COLUMN ${NAME} TO ${NAME}`);
const ADD_COLUMN = new RegExp(`^ALTER TABLE ${NAME} ADD (?:COLUMN )?${NAME}`);
const DROP_COLUMN = new RegExp(`^ALTER TABLE ${NAME} DROP COLUMN ${NAME}`);

/** drizzle-kit's statements with these copies fixed; all others unchanged. */
export function fixRebuilds(
  statements: readonly string[],
  migration: Migration,
  before: Migration | undefined,
): string[] {
  const tables = new Map(
    [...(before?.tables ?? [])].map(([name, { columns }]) => [name, new Set(Object.keys(columns))]),
  );
  return statements.map((sql) => {
    const fixed = fixCopy(sql.trim(), tables, migration);
    follow(sql.trim(), tables);
    return fixed;
  });
}

function fixCopy(
  sql: string,
  tables: ReadonlyMap<string, ReadonlySet<string>>,
  { renames }: Migration,
): string {
  const match = COPY.exec(sql);
  if (match === null) return sql;
  const [, bare, quoted, into, from] = match;
  const target = bare ?? quoted!;
  const source = match[5] ?? match[6]!;
  const columns = tables.get(source);
  if (target !== `__new_${source}` || columns === undefined || into !== from) return sql;
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
    if (columns.has(name)) return [[name, name] as const];
    const former = formerNames.get(name);
    return former === undefined ? [] : [[name, former] as const];
  });
  if (pairs.every(([name, former]) => name === former) && pairs.length === names.length) return sql;
  return copyRowsSql(target, source, pairs);
}

/** Applies a statement to the names of the tables' columns. */
function follow(sql: string, tables: Map<string, Set<string>>): void {
  const names = (pattern: RegExp) => {
    const match = pattern.exec(sql);
    if (match === null) return undefined;
    const found: string[] = [];
    for (let i = 1; i < match.length; i += 2) found.push(match[i] ?? match[i + 1]!);
    return found as [string, string, string];
  };
  const renamedTable = names(RENAME_TABLE);
  if (renamedTable) {
    const [from, to] = renamedTable;
    const columns = tables.get(from);
    tables.delete(from);
    if (columns) tables.set(to, columns);
  }
  const renamed = names(RENAME_COLUMN);
  if (renamed && tables.get(renamed[0])?.delete(renamed[1]))
    tables.get(renamed[0])!.add(renamed[2]);
  const added = names(ADD_COLUMN);
  if (added) tables.get(added[0])?.add(added[1]);
  const dropped = names(DROP_COLUMN);
  if (dropped) tables.get(dropped[0])?.delete(dropped[1]);
}

/* What drizzle-kit's statements do to tables and views, read from their texts. */

export const NAME = '(?:`([^`]+)`|"((?:[^"]|"")+)")';
const RENAME_TABLE = new RegExp(`^ALTER TABLE ${NAME} RENAME TO ${NAME}`);
const RENAME_COLUMN = new RegExp(`^ALTER TABLE ${NAME} RENAME COLUMN ${NAME} TO ${NAME}`);
const ADD_COLUMN = new RegExp(`^ALTER TABLE ${NAME} ADD (?:COLUMN )?${NAME}`);
const DROP_COLUMN = new RegExp(`^ALTER TABLE ${NAME} DROP COLUMN ${NAME}`);
const CREATE_TABLE = new RegExp(`^CREATE TABLE (?:IF NOT EXISTS )?${NAME}`);
const DROP_TABLE = new RegExp(`^DROP TABLE (?:IF EXISTS )?${NAME}`);
const CREATE_VIEW = new RegExp(`^CREATE VIEW (?:IF NOT EXISTS )?${NAME}`);
const DROP_VIEW = new RegExp(`^DROP VIEW (?:IF EXISTS )?${NAME}`);

export type Ddl =
  | { readonly does: 'rename table'; readonly table: string; readonly to: string }
  | {
      readonly does: 'rename column';
      readonly table: string;
      readonly column: string;
      readonly to: string;
    }
  | { readonly does: 'add column' | 'drop column'; readonly table: string; readonly column: string }
  | { readonly does: 'create table' | 'drop table'; readonly table: string }
  | { readonly does: 'create view' | 'drop view'; readonly view: string };

/** What a statement does; undefined if it is of another kind. */
export function readDdl(sql: string): Ddl | undefined {
  const text = sql.trim();
  const names = (pattern: RegExp) => {
    const match = pattern.exec(text);
    if (match === null) return undefined;
    const found: string[] = [];
    for (let i = 1; i < match.length; i += 2) {
      found.push(match[i] ?? match[i + 1]!.replaceAll('""', '"'));
    }
    return found as [string, string, string];
  };
  const renamed = names(RENAME_TABLE);
  if (renamed) return { does: 'rename table', table: renamed[0], to: renamed[1] };
  const moved = names(RENAME_COLUMN);
  if (moved) return { does: 'rename column', table: moved[0], column: moved[1], to: moved[2] };
  const added = names(ADD_COLUMN);
  if (added) return { does: 'add column', table: added[0], column: added[1] };
  const dropped = names(DROP_COLUMN);
  if (dropped) return { does: 'drop column', table: dropped[0], column: dropped[1] };
  const created = names(CREATE_TABLE);
  if (created) return { does: 'create table', table: created[0] };
  const gone = names(DROP_TABLE);
  if (gone) return { does: 'drop table', table: gone[0] };
  const made = names(CREATE_VIEW);
  if (made) return { does: 'create view', view: made[0] };
  const unmade = names(DROP_VIEW);
  return unmade && { does: 'drop view', view: unmade[0] };
}

/** drizzle-kit's name for the table that a rebuild fills, and renames to `table` in the end. */
export const rebuiltAs = (table: string) => `__new_${table}`;

/** Applies a statement to the names of the tables' columns. */
export function follow(sql: string, tables: Map<string, Set<string>>): void {
  const ddl = readDdl(sql);
  switch (ddl?.does) {
    case 'rename table': {
      const columns = tables.get(ddl.table);
      tables.delete(ddl.table);
      if (columns) tables.set(ddl.to, columns);
      break;
    }
    case 'rename column': {
      const columns = tables.get(ddl.table);
      if (columns?.delete(ddl.column)) columns.add(ddl.to);
      break;
    }
    case 'add column':
      tables.get(ddl.table)?.add(ddl.column);
      break;
    case 'drop column':
      tables.get(ddl.table)?.delete(ddl.column);
      break;
    default:
  }
}

/** The names of the columns of every table after the migration before. */
export const columnsOf = (
  tables: ReadonlyMap<string, { readonly columns: Readonly<Record<string, unknown>> }> | undefined,
) =>
  new Map([...(tables ?? [])].map(([name, { columns }]) => [name, new Set(Object.keys(columns))]));

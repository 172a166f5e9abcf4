import {
  and,
  asc,
  type Column,
  eq,
  getTableColumns,
  gt,
  lt,
  max,
  min,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import { alias, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type Drizzle, isOrderKey, type OrderedTable, type Row, type RowKey } from './table.js';

/** A row that shares its order key with the row `anchor`; one of them is the anchor itself. */
export interface Neighbour {
  /** The anchor's key and list, and the row's key, by property. */
  readonly anchor: Row;
  readonly row: Row;
  readonly list: Row;
  readonly position: string;
  /** The order keys around `position` in the list, which may be a text that is none. */
  readonly previous: string | null;
  readonly next: string | null;
}

/** For each anchor: the rows that share its order key, in order, and the keys around theirs. One query. */
export async function readNeighbours(
  db: Drizzle,
  ordered: OrderedTable,
  anchors: readonly RowKey[],
): Promise<Neighbour[]> {
  const { table, property, within } = ordered;
  const a = alias(table, 'crr_a') as SQLiteTable;
  const r = alias(table, 'crr_r') as SQLiteTable;
  const x = alias(table, 'crr_x') as SQLiteTable;
  const column = (table: SQLiteTable, name: string): Column => getTableColumns(table)[name]!;
  const position = (table: SQLiteTable) => column(table, property);
  const sameList = (table: SQLiteTable) =>
    within.map((name) => sql`${column(table, name)} IS ${column(a, name)}`);
  const beyond = (pick: typeof max, side: typeof lt) => {
    const query = db.select({ p: pick(position(x)) }).from(x) as {
      where(condition: unknown): SQL;
    };
    return sql<
      string | null
    >`(${query.where(and(...sameList(x), isOrderKey(position(x)), side(position(x), position(a))))})`;
  };
  const fields = (table: SQLiteTable, names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, column(table, name)]));
  const key = ordered.key.map(([name]) => name);
  const query = db
    .select({
      ...prefixed('anchor', fields(a, key)),
      ...prefixed('row', fields(r, key)),
      ...prefixed('list', fields(a, within)),
      position: position(a),
      previous: beyond(max, lt),
      next: beyond(min as typeof max, gt),
    })
    .from(a) as unknown as SelectLike;
  const rows = await query
    .innerJoin(r, and(...sameList(r), eq(position(r), position(a))))
    .where(or(...anchors.map((anchor) => ordered.keyIs(anchor, a))))
    .orderBy(...key.map((name) => asc(column(r, name))));
  return rows.map((row) => ({
    anchor: unprefixed('anchor', row),
    row: unprefixed('row', row),
    list: unprefixed('list', row),
    position: row.position as string,
    previous: row.previous as string | null,
    next: row.next as string | null,
  }));
}

interface SelectLike {
  innerJoin(table: object, on: unknown): SelectLike;
  where(condition: unknown): SelectLike;
  orderBy(...columns: SQL[]): Promise<Row[]>;
}

const prefixed = (prefix: string, fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [`${prefix}.${name}`, field]));
const unprefixed = (prefix: string, row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), value]] : [],
    ),
  );

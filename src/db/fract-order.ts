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
import { alias, getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { generateKeyBetween, generateNKeysBetween } from 'fractional-indexing';
import { CrrUsageError } from '../errors.js';
import { crrDeclaration } from '../schema/declaration.js';
import { DIGITS, keyAfterSql, keyBeforeSql } from '../sql/fract-key.js';

/** A row's key: its value, or an object by property where it has several columns. */
export type RowKey = string | number | bigint | Readonly<Record<string, unknown>>;

/** Where in a list a row goes. */
export type Place =
  | 'first'
  | 'last'
  | { readonly after: RowKey }
  | { readonly before: RowKey }
  | { readonly between: readonly [RowKey, RowKey] };

type Row = Readonly<Record<string, unknown>>;
type Values<TTable extends SQLiteTable, P extends string> = Omit<TTable['$inferInsert'], P>;

/** What is used of a Drizzle database or transaction; structural, since classes differ between lines. */
interface Drizzle {
  select(fields: object): { from(table: object): never };
  insert(table: object): { values(row: object): unknown };
  update(table: object): { set(values: object): { where(condition: unknown): unknown } };
  batch?: unknown;
}

/**
 * Orders rows by an order key (a column made by `fractIndex`). `first` and `last` are SQL
 * for inserts and updates; `after`, `before` and `between` read the neighbours and give a key;
 * `insert` and `move` do both, in two round trips at most, and in one where the row goes to the end.
 * Where the neighbours' keys are equal, from concurrent inserts, these are mended on the way.
 *
 * @param db a database or, inside a transaction, that transaction.
 * @param property the order key's property.
 * @throws {CrrUsageError} where the property is no order key.
 *
 * @example
 * const order = fractOrder(db, cards, 'position');
 * await order.insert({ id: 'c', list: 'todo' }, { after: 'a' });
 * await order.move('c', 'first');
 * await db.insert(cards).values({ id: 'd', list: 'todo', position: order.last({ list: 'todo' }) });
 * await db.select().from(cards).orderBy(...fractOrderBy(cards, 'position'));
 */
export function fractOrder<
  TTable extends SQLiteTable,
  P extends keyof TTable['$inferInsert'] & string,
>(db: object, table: TTable, property: P): FractOrder<TTable, P> {
  return new FractOrder(db as Drizzle, table, property);
}

/**
 * The columns to order a list by: the order key, then the primary key, since concurrent inserts at one
 * place may have equal order keys.
 */
export function fractOrderBy<TTable extends SQLiteTable>(
  table: TTable,
  property: keyof TTable['$inferInsert'] & string,
): SQL[] {
  return [getTableColumns(table)[property]!, ...keyOfTable(table).map(([, column]) => column)].map(
    (column) => asc(column),
  );
}

export class FractOrder<TTable extends SQLiteTable, P extends string> {
  readonly #db: Drizzle;
  readonly #key: readonly (readonly [property: string, column: Column])[];
  readonly #within: readonly string[];

  constructor(
    db: Drizzle,
    readonly table: TTable,
    readonly property: P,
  ) {
    const kind = crrDeclaration(table)?.kinds[property];
    if (kind?.type !== 'fractindex') {
      const name = getTableConfig(table).name;
      throw usage(`"${name}" has no order key "${property}": declare it with fractIndex(...)`);
    }
    this.#db = db;
    this.#key = keyOfTable(table);
    this.#within = kind.within;
  }

  /** The key before all rows of a list, as SQL for an insert or update. */
  first(within: Row = {}): SQL<string> {
    return this.#end('min', keyBeforeSql, within);
  }

  /** The key behind all rows of a list, as SQL for an insert or update. */
  last(within: Row = {}): SQL<string> {
    return this.#end('max', keyAfterSql, within);
  }

  /** A key behind that of a row, for an insert or update: one round trip, two where keys are mended. */
  after(key: RowKey): Promise<string> {
    return this.#keyAt({ after: key });
  }

  /** A key before that of a row. */
  before(key: RowKey): Promise<string> {
    return this.#keyAt({ before: key });
  }

  /** A key between those of two rows of one list, given in their order. */
  between(a: RowKey, b: RowKey): Promise<string> {
    return this.#keyAt({ between: [a, b] });
  }

  /**
   * Inserts a row at a place of its list.
   *
   * @throws {CrrUsageError} where a row named by the place does not exist, or is in another list;
   * nothing is written.
   */
  async insert(values: Values<TTable, P>, place: Place): Promise<void> {
    const row = values as Row;
    if (place === 'first' || place === 'last') {
      await this.#db.insert(this.table).values({ ...row, [this.property]: this[place](row) });
      return;
    }
    const spot = await this.#spot(place);
    this.#refuseOtherList(spot.list, row);
    await this.#write([
      ...spot.mends,
      this.#db.insert(this.table).values({ ...row, [this.property]: spot.key }),
    ]);
  }

  /**
   * Moves a row to a place of its list, or of the list that `within` names.
   *
   * @throws {CrrUsageError} where a row does not exist, or the place is in another list; nothing is
   * written.
   */
  async move(key: RowKey, place: Place, within?: Partial<Values<TTable, P>>): Promise<void> {
    const columns = getTableColumns(this.table);
    const fields = Object.fromEntries([
      ...this.#key,
      ...this.#within.map((name) => [name, columns[name]!] as const),
    ]);
    const own = async () => {
      const rows = (await (
        this.#db.select(fields).from(this.table) as { where(condition: unknown): Promise<Row[]> }
      ).where(this.#keyIs(this.table, key))) as Row[];
      return rows[0] ?? this.#missing();
    };
    let position: unknown;
    let mends: readonly unknown[] = [];
    if (place === 'first' || place === 'last') {
      const row = await own();
      position = this[place]((within as Row | undefined) ?? row);
    } else {
      const spot = await this.#spot(place, key);
      this.#refuseOtherList(spot.list, (within as Row | undefined) ?? spot.moved!);
      position = spot.key;
      mends = spot.mends;
    }
    const change = this.#db
      .update(this.table)
      .set({ ...(within as Row | undefined), [this.property]: position })
      .where(this.#keyIs(this.table, key));
    await this.#write([...mends, change]);
  }

  #end(pick: 'min' | 'max', next: (key: string) => string, within: Row): SQL<string> {
    const columns = getTableColumns(this.table);
    const list = this.#within.map((name) => {
      if (within[name] === undefined) {
        throw usage(`the list is told by ${this.#within.join(', ')}, and "${name}" is missing`);
      }
      const column = columns[name]!;
      return sql`${column} IS ${within[name] === null ? sql`NULL` : sql.param(within[name], column)}`;
    });
    const where = list.length === 0 ? sql`` : sql` WHERE ${sql.join(list, sql` AND `)}`;
    const end = sql`(SELECT ${sql.raw(pick)}(${columns[this.property]!}) FROM ${this.table}${where})`;
    const [head, tail] = next('?').split('?') as [string, string];
    return sql`${sql.raw(head)}${end}${sql.raw(tail)}`;
  }

  async #keyAt(place: Exclude<Place, string>): Promise<string> {
    const { key, mends } = await this.#spot(place);
    if (mends.length > 0) await this.#write(mends);
    return key;
  }

  /** Reads the neighbourhood of a place in one query, and finds the key for it. */
  async #spot(place: Exclude<Place, string>, moved?: RowKey) {
    const anchors =
      'after' in place ? [place.after] : 'before' in place ? [place.before] : place.between;
    if (anchors.some((anchor) => moved !== undefined && this.#same(anchor, moved))) {
      throw usage('a row cannot be moved to a place that it tells itself');
    }
    const rows = await this.#neighbourhood(moved === undefined ? anchors : [...anchors, moved]);
    const of = (key: RowKey) => {
      const run = rows.filter(({ anchor }) => this.#same(anchor as Row, key));
      if (run.length === 0) return this.#missing();
      return { run, at: run.findIndex(({ row }) => this.#same(row as Row, key)) };
    };
    const { run, at } = of(anchors[0]!);
    const { list, position, previous, next } = run[0]!;
    const movedRow = moved === undefined ? undefined : (of(moved).run[0]!.list as Row);
    let lower: string | null = position;
    let upper: string | null = next;
    let behind = run.slice(at + 1);
    if ('before' in place) {
      if (at === 0) [lower, upper, behind] = [previous, position, []];
      else behind = run.slice(at);
    }
    if ('between' in place) {
      const second = of(anchors[1]!);
      this.#refuseOtherList(list as Row, second.run[0]!.list as Row);
      const other = second.run[0]!.position;
      if (other < position || (other === position && second.at <= at)) {
        throw usage('between(a, b) needs a to stand before b');
      }
      // Of equal keys, those behind the first row are mended.
      if (other > position && behind.length === 0) upper = other;
    }
    behind = behind.filter(({ row }) => moved === undefined || !this.#same(row as Row, moved));
    const [key, ...others] = newKeys(lower, upper, 1 + behind.length);
    const mends = behind.map(({ row }, i) =>
      this.#db
        .update(this.table)
        .set({ [this.property]: others[i] })
        .where(this.#keyIs(this.table, row as Row)),
    );
    return { key: key!, mends, list: list as Row, moved: movedRow };
  }

  /** For each anchor: the rows that share its order key, in order, and the keys around theirs. */
  async #neighbourhood(anchors: readonly RowKey[]): Promise<Neighbour[]> {
    const a = alias(this.table as SQLiteTable, 'crr_a') as SQLiteTable;
    const r = alias(this.table as SQLiteTable, 'crr_r') as SQLiteTable;
    const x = alias(this.table as SQLiteTable, 'crr_x') as SQLiteTable;
    const column = (table: SQLiteTable, name: string): Column => getTableColumns(table)[name]!;
    const position = (table: SQLiteTable) => column(table, this.property);
    const sameList = (table: SQLiteTable) =>
      this.#within.map((name) => sql`${column(table, name)} IS ${column(a, name)}`);
    const beyond = (pick: typeof max, side: typeof lt) => {
      const query = this.#db.select({ p: pick(position(x)) }).from(x) as {
        where(condition: unknown): SQL;
      };
      return sql<
        string | null
      >`(${query.where(and(...sameList(x), side(position(x), position(a))))})`;
    };
    const fields = (table: SQLiteTable, names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, column(table, name)]));
    const key = this.#key.map(([name]) => name);
    const query = this.#db
      .select({
        ...prefixed('anchor', fields(a, key)),
        ...prefixed('row', fields(r, key)),
        ...prefixed('list', fields(a, this.#within)),
        position: position(a),
        previous: beyond(max, lt),
        next: beyond(min as typeof max, gt),
      })
      .from(a) as unknown as SelectLike;
    const rows = await query
      .innerJoin(r, and(...sameList(r), eq(position(r), position(a))))
      .where(or(...anchors.map((anchor) => this.#keyIs(a, anchor))))
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

  async #write(statements: readonly unknown[]): Promise<void> {
    if (statements.length === 1) {
      await statements[0];
    } else if (typeof this.#db.batch === 'function') {
      await this.#db.batch(statements);
    } else {
      for (const statement of statements) await statement; // A transaction.
    }
  }

  #keyIs(table: SQLiteTable, key: RowKey): SQL | undefined {
    const values = this.#values(key);
    return and(...this.#key.map(([name], i) => eq(getTableColumns(table)[name]!, values[i])));
  }

  #values(key: RowKey): unknown[] {
    const byName = typeof key === 'object' ? key : { [this.#key[0]![0]]: key };
    if (typeof key !== 'object' && this.#key.length > 1) {
      throw usage(`the key has several columns: give them as an object`);
    }
    return this.#key.map(([name]) => {
      if (byName[name] === undefined) throw usage(`the key lacks "${name}"`);
      return byName[name];
    });
  }

  #same(a: RowKey, b: RowKey): boolean {
    const others = this.#values(b);
    return this.#values(a).every((value, i) => {
      const { mapToDriverValue } = this.#key[i]![1];
      const stored = (v: unknown) => String(mapToDriverValue.call(this.#key[i]![1], v));
      return stored(value) === stored(others[i]);
    });
  }

  #refuseOtherList(list: Row, other: Row): void {
    for (const name of this.#within) {
      const column = getTableColumns(this.table)[name]!;
      const stored = (value: unknown) =>
        value === null || value === undefined ? null : String(column.mapToDriverValue(value));
      if (stored(list[name]) === stored(other[name])) continue;
      throw usage(`the place is in another list: its "${name}" is not that of the row`);
    }
  }

  #missing(): never {
    throw usage('no row has the key that was given: it was deleted, or never written here');
  }
}

interface Neighbour {
  readonly anchor: Row;
  readonly row: Row;
  readonly list: Row;
  readonly position: string;
  readonly previous: string | null;
  readonly next: string | null;
}

interface SelectLike {
  innerJoin(table: object, on: unknown): SelectLike;
  where(condition: unknown): SelectLike;
  orderBy(...columns: SQL[]): Promise<Row[]>;
}

function newKeys(lower: string | null, upper: string | null, count: number): string[] {
  try {
    if (count === 1) return [generateKeyBetween(lower, upper, DIGITS)];
    return generateNKeysBetween(lower, upper, count, DIGITS);
  } catch {
    throw usage(
      'a neighbour has an order key that no fractIndex made: write them with fractOrder(...) only',
    );
  }
}

/** The key's columns in the order of the primary key, by property. */
function keyOfTable(table: SQLiteTable): (readonly [string, Column])[] {
  const config = getTableConfig(table);
  const columns = config.primaryKeys[0]?.columns ?? config.columns.filter(({ primary }) => primary);
  const properties = Object.entries(getTableColumns(table));
  return columns.map(
    (column) => properties.find(([, { name }]) => name === column.name) as [string, Column],
  );
}

const usage = (message: string) => new CrrUsageError('CRR_USAGE_ORDER', `order: ${message}`);

const prefixed = (prefix: string, fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [`${prefix}.${name}`, field]));
const unprefixed = (prefix: string, row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), value]] : [],
    ),
  );

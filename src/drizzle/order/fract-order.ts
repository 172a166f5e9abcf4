import { asc, getTableColumns, type SQL } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { explained } from '../../database/database-errors.js';
import type { SqlValue } from '../../model/value.js';
import { statement } from '../../sql/statement.js';
import { PIN_SQL, UNPIN_SQL } from '../../tables/state/table.js';
import { internalsOf } from '../internals.js';
import { endOfList } from './end.js';
import { findSpot, type PlaceBesideRows } from './spot.js';
import {
  type Drizzle,
  keyOfTable,
  OrderedTable,
  type Row,
  type RowKey,
  refuseMissing,
  type Writing,
} from './table.js';

/** A place in a list. */
export type Place = 'first' | 'last' | PlaceBesideRows;

/** Only the class of a whole table declares `$inferInsert` in Drizzle 1.0. */
type Insert<TTable> = TTable extends { readonly $inferInsert: infer TValues } ? TValues : never;

type Values<TTable extends SQLiteTable, P extends string> = Omit<Insert<TTable>, P>;

/**
 * Orders rows by an order key (a column made by `fractIndex`). `first` and `last` are SQL
 * for inserts and updates; `after`, `before` and `between` read the neighbours and give a key;
 * `insert` and `move` do both, in two round trips at most, and in one if the row goes to an end.
 * If neighbours have equal keys, from concurrent inserts, they get keys of their own on the way.
 *
 * @param db a database or, inside a transaction, that transaction.
 * @param property the order key's property.
 * @throws {CrrUsageError} if the property is not an order key.
 *
 * @example
 * const order = fractOrder(db, cards, 'position');
 * await order.insert({ id: 'c', list: 'todo' }, { after: 'a' });
 * await order.move('c', 'first');
 * await db.insert(cards).values({ id: 'd', list: 'todo', position: order.last({ list: 'todo' }) });
 * await db.select().from(cards).orderBy(...fractOrderBy(cards, 'position'));
 */
export function fractOrder<TTable extends SQLiteTable, P extends keyof Insert<TTable> & string>(
  db: object,
  table: TTable,
  property: P,
): FractOrder<TTable, P> {
  return new FractOrder(db as Drizzle, table, property);
}

/**
 * The columns to order a list by: the order key, then the primary key, since concurrent inserts at one
 * place may have equal order keys.
 */
export function fractOrderBy<TTable extends SQLiteTable>(
  table: TTable,
  property: keyof Insert<TTable> & string,
): SQL[] {
  return [getTableColumns(table)[property]!, ...keyOfTable(table).map(([, column]) => column)].map(
    (column) => asc(column),
  );
}

export class FractOrder<TTable extends SQLiteTable, P extends string> {
  readonly #db: Drizzle;
  readonly #ordered: OrderedTable;

  readonly #table: TTable;
  readonly #property: P;

  constructor(db: Drizzle, table: TTable, property: P) {
    this.#table = table;
    this.#property = property;
    this.#ordered = new OrderedTable(table, property);
    this.#db = db;
  }

  /** The key before all rows of a list, as SQL for an insert or update. */
  first(within: Row = {}): SQL<string> {
    return endOfList(this.#ordered, 'first', within);
  }

  /** The key behind all rows of a list, as SQL for an insert or update. */
  last(within: Row = {}): SQL<string> {
    return endOfList(this.#ordered, 'last', within);
  }

  /** A key behind that of a row, for an insert or update: one round trip, or two if equal keys have to be separated. */
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
   * Inserts a row at a place of its list. Beside another row it gets that row's list, as far as `values`
   * does not name one.
   *
   * @throws {CrrUsageError} if a row of the place does not exist, or is in another list;
   * nothing is written.
   */
  async insert(values: Values<TTable, P>, place: Place): Promise<void> {
    const row = values as Row;
    if (place === 'first' || place === 'last') {
      await this.#db.insert(this.#table).values({ ...row, [this.#property]: this[place](row) });
      return;
    }
    const spot = await findSpot(this.#db, this.#ordered, place);
    const inList = overlaid(spot.list, row);
    this.#ordered.refuseOtherList(spot.list, inList);
    await this.#write([
      ...spot.separations,
      this.#db.insert(this.#table).values({ ...inList, [this.#property]: spot.key }),
    ]);
  }

  /**
   * Moves a row to a place of its list, or of the list that `values` name; they are written with it.
   *
   * @throws {CrrUsageError} if a row does not exist, or the place is in another list; nothing is
   * written.
   */
  async move(key: RowKey, place: Place, values: Partial<Values<TTable, P>> = {}): Promise<void> {
    const written = values as Row;
    let position: unknown;
    let separations: readonly Writing[] = [];
    if (place === 'first' || place === 'last') {
      const row = await this.#listOf(key);
      position = this[place](overlaid(row, written));
    } else {
      const spot = await findSpot(this.#db, this.#ordered, place, key);
      this.#ordered.refuseOtherList(spot.list, overlaid(spot.moved!, written));
      position = spot.key;
      separations = spot.separations;
    }
    const change = this.#db
      .update(this.#table)
      .set({ ...written, [this.#property]: position })
      .where(this.#ordered.keyIs(key));
    await this.#write([...separations, change]);
  }

  /** The list that a row is in, by property. */
  async #listOf(key: RowKey): Promise<Row> {
    const { columns, within } = this.#ordered;
    const fields = Object.fromEntries([
      ...this.#ordered.key,
      ...within.map((name) => [name, columns[name]!] as const),
    ]);
    const query = this.#db.select(fields).from(this.#table) as {
      where(condition: unknown): Promise<Row[]>;
    };
    const [row] = await query.where(this.#ordered.keyIs(key));
    return row ?? refuseMissing();
  }

  async #keyAt(place: PlaceBesideRows): Promise<string> {
    const { key, separations } = await findSpot(this.#db, this.#ordered, place);
    if (separations.length > 0) await this.#write(separations);
    return key;
  }

  async #write(statements: readonly Writing[]): Promise<void> {
    const { $crr } = this.#db;
    if (statements.length === 1 || $crr === undefined) {
      for (const statement of statements) await statement; // Without $crr it is a transaction.
      return;
    }
    // Not db.batch(), which not every driver has.
    const { connection, drift } = internalsOf($crr);
    const queries = statements.map((one) => {
      const { sql, params } = one.toSQL();
      return { sql, args: params as SqlValue[] };
    });
    await drift.pass();
    await explained(() =>
      connection.batch([statement(PIN_SQL), ...queries, statement(UNPIN_SQL)], 'write'),
    );
  }
}

/** Drizzle takes a property that is undefined for one that is not there. */
function overlaid(list: Row, values: Row): Row {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return { ...list, ...Object.fromEntries(given) };
}

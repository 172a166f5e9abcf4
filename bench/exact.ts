/**
 * Measurements without noise: how many instructions SQLite's virtual machine runs per row, how many
 * instructions a statement compiles to, including the triggers that it fires, and the bytes of the file.
 * The same code gives the same numbers on every machine, so their bounds can be tight.
 */
import Database from 'libsql';
import type { Connection } from '../src/database/connection.js';
import { CrrCore } from '../src/database/crr.js';
import type { Change } from '../src/index.js';
import { readSchema } from '../src/schema/read-schema.js';
import { PIN_SQL, UNPIN_SQL } from '../src/tables/state/table.js';
import { type Row, type Shape, TABLE } from './shapes.js';
import { deleteSql, insertSql, updateAllSql, updateSql } from './statements.js';

/** Per row, except for compiled statements. */
export interface ExactCosts {
  /** Instructions run. */
  readonly insertSteps: number;
  readonly updateSteps: number;
  readonly deleteSteps: number;
  readonly readSteps: number;
  readonly applyNewSteps: number;
  readonly applyUpdateSteps: number;
  readonly applyNoopSteps: number;
  /** Instructions of the compiled statement, which are the cost of preparing it. */
  readonly insertCompiled: number;
  readonly updateCompiled: number;
  readonly deleteCompiled: number;
  /** Bytes of the database file. */
  readonly bytes: number;
}

const ROWS = 1_000;

export async function exactCosts(shape: Shape): Promise<ExactCosts> {
  const rows = shape.rows(0, ROWS);
  const keys = rows.map((row) => row.slice(0, shape.key.length));
  const cells = rows.map((row) => row.slice(shape.key.length));
  const source = await SteppedDatabase.open(shape);
  const insertSteps = source.write(insertSql(shape), rows);
  const [page] = source.db.prepare('PRAGMA page_count').all() as [{ page_count: number }];
  const bytes = (page.page_count * 4_096) / ROWS;
  const { changes: news } = await source.crr.read('changes()', {});
  const readSteps = source.takeSteps();
  const { version: since } = await source.crr.state();
  source.write(
    updateAllSql(shape),
    cells.map((values, i) => [...values.map((value) => `${value}!`), ...keys[i]!]),
  );
  const { changes: updates } = await source.crr.read('changes()', { since });

  const writer = await SteppedDatabase.open(shape);
  writer.write(insertSql(shape), rows);
  const peer = await SteppedDatabase.open(shape);
  const apply = async (changes: readonly Change[]) => {
    peer.takeSteps();
    await peer.crr.merge(changes, {});
    return peer.takeSteps();
  };
  const costs = {
    insertSteps,
    readSteps,
    applyNewSteps: await apply(news),
    applyUpdateSteps: await apply(updates),
    applyNoopSteps: await apply(updates),
    updateSteps: writer.write(
      updateSql(shape),
      keys.map((key) => ['new', ...key]),
    ),
    deleteSteps: writer.write(deleteSql(shape), keys),
    insertCompiled: writer.compiled(insertSql(shape)),
    updateCompiled: writer.compiled(updateSql(shape)),
    deleteCompiled: writer.compiled(deleteSql(shape)),
  };
  for (const { db } of [source, writer, peer]) db.close();
  return { ...perRow(costs), bytes };
}

/** Instructions per row in a table that has many rows already. */
export interface GrowthCosts {
  readonly insert: number;
  readonly update: number;
  readonly delete: number;
  readonly applyNew: number;
  readonly applyUpdate: number;
  readonly applyDelete: number;
  /** Rows without a parent, and rows whose unique values other rows have. Only for a shape with constraints. */
  readonly applyClash: number;
  /** Instructions of the compiled statements, with all triggers that they may fire. */
  readonly insertCompiled: number;
  readonly updateCompiled: number;
  readonly deleteCompiled: number;
}

/** What a row costs if `present` rows are there already. The costs at two numbers tell whether something reads them all. */
export async function costsAmong(present: number, shape: Shape): Promise<GrowthCosts> {
  const count = 200;
  const old = shape.rows(0, present);
  const rows = shape.rows(present, present + count);
  const keys = rows.map((row) => row.slice(0, shape.key.length));
  const writer = await SteppedDatabase.open(shape);
  writer.write(insertSql(shape), old);
  const peer = await SteppedDatabase.open(shape);
  const writeAndApply = async (sql: string, values: readonly Row[]) => {
    const { version: since } = await writer.crr.state();
    const write = writer.write(sql, values);
    const { changes } = await writer.crr.read('changes()', { since });
    peer.takeSteps();
    await peer.crr.merge(changes, {});
    return [write / count, peer.takeSteps() / count] as const;
  };
  await peer.crr.merge((await writer.crr.read('changes()', {})).changes, {});
  const [insert, applyNew] = await writeAndApply(insertSql(shape), rows);
  const renewed = keys.map((key, i) => [shape.renewed?.(shape.updated, i) ?? 'new', ...key]);
  const [update, applyUpdate] = await writeAndApply(updateSql(shape), renewed);
  const [remove, applyDelete] = await writeAndApply(deleteSql(shape), keys);
  const costs = { insert, update, delete: remove, applyNew, applyUpdate, applyDelete };
  const applyClash = shape.clashing ? await clash(shape, present, count, peer) : 0;
  const compiled = {
    insertCompiled: writer.compiled(insertSql(shape)),
    updateCompiled: writer.compiled(updateSql(shape)),
    deleteCompiled: writer.compiled(deleteSql(shape)),
  };
  for (const { db } of [writer, peer]) db.close();
  return { ...costs, applyClash, ...compiled };
}

async function clash(shape: Shape, present: number, count: number, peer: SteppedDatabase) {
  const other = await SteppedDatabase.open(shape);
  other.db.exec('PRAGMA foreign_keys = OFF');
  other.write(insertSql(shape), shape.clashing!(present, count));
  const { changes } = await other.crr.read('changes()', {});
  other.db.close();
  peer.takeSteps();
  await peer.crr.merge(
    changes.filter(({ table }) => table === TABLE),
    {},
  );
  return peer.takeSteps() / count;
}

/** Instructions for one more row whose unique value is taken, beside so many whose values were taken before. */
export async function oneMoreTwin(masked: number, shape: Shape): Promise<number> {
  const unique = shape.key.length + 1;
  const rows = shape.rows(0, 2 * masked + 1);
  const taken = rows.map((row, i) => row.with(unique, rows[i % masked]![unique]!));
  const peer = await SteppedDatabase.open(shape);
  peer.write(insertSql(shape), rows.slice(0, masked));
  const merge = async (news: readonly Row[]) => {
    const other = await SteppedDatabase.open(shape);
    other.write(insertSql(shape), news);
    const { changes } = await other.crr.read('changes()', {});
    other.db.close();
    peer.takeSteps();
    await peer.crr.merge(
      changes.filter(({ table }) => table === TABLE),
      {},
    );
    return peer.takeSteps();
  };
  await merge(taken.slice(masked, 2 * masked));
  const steps = await merge(taken.slice(2 * masked));
  peer.db.close();
  return steps;
}

/** A batch has more statements than those of its rows. Compiled costs are per statement already. */
function perRow<T extends Record<string, number>>(costs: T): T {
  return Object.fromEntries(
    Object.entries(costs).map(([name, value]) => [
      name,
      name.endsWith('Compiled') ? value : value / ROWS,
    ]),
  ) as T;
}

/** A CRR in memory, on one connection that counts the instructions of its statements. */
class SteppedDatabase {
  readonly crr: CrrCore;
  #steps = 0;
  #statements = 0;

  private constructor(
    readonly db: Database.Database,
    shape: Shape,
  ) {
    const connection: Connection = {
      maxParameters: 32_766,
      maxStatementBytes: 1_000_000,
      maxColumns: 2_000,
      batch: async (statements) =>
        this.#atomic(() => statements.map(({ sql, args }) => this.#run(sql, args))),
    };
    const schema = readSchema({ ...shape.parents?.tables, [TABLE]: shape.table });
    this.crr = new CrrCore({ connection, schema, check: false });
  }

  static async open(shape: Shape): Promise<SteppedDatabase> {
    const db = new Database(':memory:');
    for (const sql of shape.parents?.sql ?? []) db.exec(sql);
    db.exec(shape.createSql);
    const stepped = new SteppedDatabase(db, shape);
    await stepped.crr.install();
    return stepped;
  }

  /** Instructions since the last call. */
  takeSteps(): number {
    const steps = this.#steps;
    this.#steps = 0;
    return steps;
  }

  /** Runs a prepared statement for each row, in a pinned transaction. Returns the number of instructions. */
  write(sql: string, rows: readonly Row[]): number {
    this.db.exec('BEGIN');
    this.db.exec(PIN_SQL);
    const own = this.#ownText(sql);
    const statement = this.db.prepare(own);
    for (const row of rows) statement.run(row);
    const steps = this.#stepsOf(own);
    this.db.exec(UNPIN_SQL);
    this.db.exec('COMMIT');
    return steps;
  }

  compiled(sql: string): number {
    return this.db.prepare(`EXPLAIN ${sql}`).all().length;
  }

  #atomic<T>(run: () => T): T {
    this.db.exec('BEGIN');
    try {
      const result = run();
      this.db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.db.inTransaction) this.db.exec('ROLLBACK');
      throw error;
    }
  }

  #run(sql: string, args: readonly unknown[]): never[] {
    const own = this.#ownText(sql);
    const statement = this.db.prepare(own) as unknown as RawStatement;
    let rows: unknown[] = [];
    if (statement.reader) rows = statement.raw().all(args);
    else statement.run(args);
    this.#steps += this.#stepsOf(own);
    return rows as never[];
  }

  /** SQLite counts by statement, and statements live until they are collected. So no text is used twice. */
  #ownText(sql: string): string {
    return `${sql} /* ${this.#statements++} */`;
  }

  #stepsOf(sql: string): number {
    const [row] = this.db
      .prepare('SELECT nstep AS steps FROM sqlite_stmt WHERE sql = ?')
      .all(sql) as [{ steps: number }];
    return row.steps;
  }
}

interface RawStatement {
  readonly reader: boolean;
  run(args: readonly unknown[]): unknown;
  raw(): { all(args: readonly unknown[]): unknown[] };
}

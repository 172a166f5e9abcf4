import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { expect } from 'vitest';
import type { Connection } from '../../src/database/connection.js';
import { internalsOf } from '../../src/drizzle/internals.js';
import type { ApplyResult, Change, CrrDatabase } from '../../src/index.js';
import { constrainedTables, maskableColumns } from '../../src/model/constraints.js';
import type { CrrSchema } from '../../src/model/schema.js';
import type { TableSpec } from '../../src/model/table-spec.js';
import { asideTable, cellTable } from '../../src/sql/names.js';
import { quoteName } from '../../src/sql/quote.js';
import { type Query, statement } from '../../src/sql/statement.js';
import { openSite } from '../support/site.js';
import { keyOf, type Row, shownRows } from './model.js';

export type Schema = Readonly<Record<string, SQLiteTable>>;
type Rows = ReadonlyMap<string, readonly Row[]>;

/** What a constraint, or a grow-only table, has refused. */
const REFUSED = /constraint failed|is grow-only/i;

/** A site on any engine whose base tables are compared with the model after each apply. */
export class Site {
  readonly #schema: CrrSchema;
  readonly #connection: Connection;
  readonly specs: readonly TableSpec[];

  constructor(readonly db: CrrDatabase) {
    const { connection, schema } = internalsOf(db.$crr);
    this.#connection = connection;
    this.#schema = schema;
    this.specs = [...schema.tables.values()];
  }

  /** On libSQL, in memory. */
  static async open(schema: Schema): Promise<Site> {
    return new Site(await openSite(schema));
  }

  /** Runs statements in one transaction. @returns false if a constraint refused them. */
  async write(statements: readonly string[]): Promise<boolean> {
    const before = await this.shown();
    try {
      await this.#connection.batch(
        statements.map((sql) => statement(sql)),
        'write',
      );
    } catch (error) {
      if (!REFUSED.test(String(error))) throw error;
      return false;
    }
    const { shown, merged } = await this.#look();
    expectMergedAsWritten(this.specs, { before, shown, merged });
    return true;
  }

  async apply(changes: readonly Change[]): Promise<ApplyResult> {
    const before = await this.shown();
    const result = await this.db.$crr.apply(changes);
    const { shown } = await this.check();
    this.#expectReported(before, shown, result);
    return result;
  }

  /** The constraints hold, and the base tables show what the model says. Of a site that has settled. */
  async check(): Promise<{ readonly shown: Rows; readonly merged: Rows }> {
    const { shown, merged, violations } = await this.#look();
    expect(violations).toEqual([]);
    expect(sorted(shown)).toEqual(sorted(shownRows(this.specs, merged)));
    return { shown, merged };
  }

  /** The rows of the base tables. */
  async shown(): Promise<Rows> {
    const shown = new Map<string, Row[]>();
    await this.#run(this.specs.map((spec) => readBase(spec, (rows) => shown.set(spec.name, rows))));
    return shown;
  }

  /** The rows as they are merged, shown or not. */
  async merged(): Promise<Rows> {
    return (await this.#look()).merged;
  }

  /** All of it as the database has it at one moment. */
  async #look() {
    const shown = new Map<string, Row[]>();
    const asides = new Map<string, Row[]>();
    const counts = new Map<string, Row[]>();
    const violations: unknown[] = [];
    const constrained = constrainedTables(this.#schema);
    await this.#run([
      ...this.specs.map((spec) => readBase(spec, (rows) => shown.set(spec.name, rows))),
      ...constrained.map((spec) => readAside(spec, (rows) => asides.set(spec.name, rows))),
      ...constrained
        .filter(({ cellColumns }) => cellColumns.length > 0)
        .map((spec) => readCounts(spec, (rows) => counts.set(spec.name, rows))),
      {
        ...statement('PRAGMA foreign_key_check'),
        read: (rows) => violations.push(...rows.map((row) => Array.from(row))),
      },
    ]);
    const merged = new Map(
      this.specs.map((spec) => {
        const { name } = spec;
        const beside = { asides: asides.get(name) ?? [], counts: counts.get(name) ?? [] };
        return [name, mergedRows(spec, shown.get(name)!, beside)];
      }),
    );
    return { shown, merged, violations };
  }

  /** Every row that left the base tables, came or changed is in the result. */
  #expectReported(before: Rows, after: Rows, result: ApplyResult): void {
    const told = (...lists: readonly (keyof ApplyResult)[]) =>
      new Set(
        lists.flatMap((list) =>
          (result[list] as ApplyResult['inserted']).map(({ table, key }) => {
            const spec = this.specs.find(({ name }) => name === table)!;
            return `${table} ${JSON.stringify(spec.key.map(({ property }) => key[property]))}`;
          }),
        ),
      );
    const left = told('deleted', 'parked');
    const came = told('inserted', 'shown');
    const inserted = told('inserted');
    const changed = told('updated', 'masked', 'unmasked', 'inserted', 'shown');
    for (const spec of this.specs) {
      const was = new Map(before.get(spec.name)!.map((row) => [keyOf(spec, row), row]));
      const is = new Map(after.get(spec.name)!.map((row) => [keyOf(spec, row), row]));
      for (const [key, row] of was) {
        const id = `${spec.name} ${key}`;
        if (!is.has(key)) expect([...left], id).toContain(id);
        else if (JSON.stringify(is.get(key)) !== JSON.stringify(row)) {
          expect([...changed], id).toContain(id);
        }
        expect(inserted.has(id), `${id} was there, and is not new`).toBe(false);
      }
      for (const key of is.keys()) {
        const id = `${spec.name} ${key}`;
        if (!was.has(key)) expect([...came], id).toContain(id);
      }
    }
    for (const id of told('parked')) expect([...came]).not.toContain(id);
  }

  async #run(queries: readonly Query[]): Promise<void> {
    const results = await this.#connection.batch(queries, 'read');
    queries.forEach(({ read }, i) => {
      read?.(results[i]!);
    });
  }
}

/** What a local write shows in place of something else is what the other sites get. */
function expectMergedAsWritten(
  specs: readonly TableSpec[],
  { before, shown, merged }: Readonly<Record<'before' | 'shown' | 'merged', Rows>>,
): void {
  for (const spec of specs) {
    const byKey = (rows: Rows) =>
      new Map(rows.get(spec.name)!.map((row) => [keyOf(spec, row), row]));
    const [was, is, now] = [byKey(before), byKey(merged), byKey(shown)];
    // A row that gets another key takes its masks along.
    const isMoved = [...was.keys()].some((key) => !now.has(key));
    for (const [key, row] of now) {
      if (isMoved && !was.has(key)) continue;
      for (const [name, value] of Object.entries(row)) {
        if (was.get(key)?.[name] === value) continue;
        expect(is.get(key)?.[name], `${spec.name} ${key} ${name}`).toBe(value);
      }
    }
  }
}

/** Rows by the names of their columns: some engines give values alone. */
function readRows(
  from: string,
  columns: readonly string[],
  read: (rows: Row[]) => void,
  sqlOf = quoteName,
): Query {
  return {
    ...statement(`SELECT ${columns.map(sqlOf).join(', ')} FROM ${from}`),
    read: (rows) =>
      read(rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])))),
  };
}

const readBase = (spec: TableSpec, read: (rows: Row[]) => void) =>
  readRows(
    quoteName(spec.name),
    [...spec.key, ...spec.clockColumns, ...spec.cellColumns].map(({ name }) => name),
    read,
  );

const readAside = (spec: TableSpec, read: (rows: Row[]) => void) =>
  readRows(
    quoteName(asideTable(spec.name)),
    [
      ...spec.key.map(({ name }) => `key_${name}`),
      ...spec.clockColumns.map(({ name }) => `value_${name}`),
      ...maskableColumns(spec).map((name) => `mask_${name}`),
      'state',
    ],
    read,
  );

/** What the sites have added to each counter. */
function readCounts(spec: TableSpec, read: (rows: Row[]) => void): Query {
  const keys = spec.key.map(({ name }) => `key_${name}`);
  const names = [...keys, 'column_name'];
  return readRows(
    `${quoteName(cellTable(spec.name))} GROUP BY ${names.map(quoteName).join(', ')}`,
    [...names, 'added'],
    read,
    (name) => (name === 'added' ? 'total(value) AS added' : quoteName(name)),
  );
}

function mergedRows(
  spec: TableSpec,
  shown: readonly Row[],
  { asides, counts }: { readonly asides: readonly Row[]; readonly counts: readonly Row[] },
): Row[] {
  const rows = new Map(shown.map((row) => [keyOf(spec, row), row]));
  const ownKey = (row: Row) =>
    Object.fromEntries(spec.key.map(({ name }) => [name, row[`key_${name}`]]));
  const masks = maskableColumns(spec);
  for (const aside of asides) {
    const own = ownKey(aside);
    const key = keyOf(spec, own);
    const base = rows.get(key);
    // A row is parked or in the base table, and masks have a row to mask.
    expect(base === undefined, `${spec.name} ${key}`).toBe(aside.state !== null);
    const isTrue = (name: string) =>
      aside.state !== null || (masks.includes(name) && Number(aside[`mask_${name}`]) === 1);
    const cells = spec.clockColumns.map(({ name }) => [
      name,
      isTrue(name) ? aside[`value_${name}`] : base![name],
    ]);
    // What the counters of a parked row would show.
    const counters = spec.cellColumns.map((column) => {
      const count = counts.find(
        (row) => keyOf(spec, ownKey(row)) === key && row.column_name === column.name,
      );
      return [
        column.name,
        base?.[column.name] ?? Number(column.default) + Number(count?.added ?? 0),
      ];
    });
    rows.set(key, { ...own, ...Object.fromEntries([...cells, ...counters]) });
  }
  return [...rows.values()];
}

/** Rows of all tables as texts, in one order. */
export function sorted(tables: Rows): Record<string, string[]> {
  return Object.fromEntries(
    [...tables].map(([name, rows]) => [
      name,
      rows
        .map((row) =>
          JSON.stringify(
            Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))),
          ),
        )
        .sort(),
    ]),
  );
}

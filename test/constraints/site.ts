import type { Client, InValue } from '@libsql/client';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { expect } from 'vitest';
import type { ApplyResult, Change, CrrDatabase } from '../../src/index.js';
import { maskableColumns } from '../../src/model/constraints.js';
import type { TableSpec } from '../../src/model/table-spec.js';
import { readSchema } from '../../src/schema/read-schema.js';
import { asideTable, cellTable } from '../../src/sql/names.js';
import { quoteName } from '../../src/sql/quote.js';
import { openSite } from '../support/site.js';
import { keyOf, type Row, shownRows } from './model.js';

type Schema = Readonly<Record<string, SQLiteTable>>;

/** A site whose base tables are compared with the model after each apply. */
export class Site {
  private constructor(
    readonly db: CrrDatabase & { readonly $client: Client },
    readonly specs: readonly TableSpec[],
  ) {}

  static async open(schema: Schema, client?: Client): Promise<Site> {
    const db = await openSite(schema, client);
    return new Site(db, [...readSchema(schema).tables.values()]);
  }

  /** Runs statements in one transaction. @returns false if a constraint refused them. */
  async write(statements: readonly string[]): Promise<boolean> {
    try {
      await this.db.$client.batch([...statements], 'write');
      return true;
    } catch (error) {
      if (!/constraint failed/i.test(String(error))) throw error;
      return false;
    }
  }

  async apply(changes: readonly Change[]): Promise<ApplyResult> {
    const before = await this.shown();
    const result = await this.db.$crr.apply(changes);
    const after = await this.shown();
    expect(await this.#rows('PRAGMA foreign_key_check')).toEqual([]);
    const merged = await this.merged();
    expect(sorted(after)).toEqual(sorted(shownRows(this.specs, merged)));
    this.#expectReported(before, after, result);
    return result;
  }

  /** The rows of the base tables. */
  async shown(): Promise<Map<string, Row[]>> {
    const rows = new Map<string, Row[]>();
    for (const { name } of this.specs) {
      rows.set(name, await this.#rows(`SELECT * FROM ${quoteName(name)}`));
    }
    return rows;
  }

  /** The rows as they are merged, shown or not. */
  async merged(): Promise<Map<string, Row[]>> {
    const shown = await this.shown();
    const tables = new Map<string, Row[]>();
    for (const spec of this.specs) {
      const rows = new Map(shown.get(spec.name)!.map((row) => [keyOf(spec, row), row]));
      for (const aside of spec.constraints === undefined ? [] : await this.aside(spec)) {
        const own = Object.fromEntries(spec.key.map(({ name }) => [name, aside[`key_${name}`]]));
        const key = keyOf(spec, own);
        const base = rows.get(key);
        // A row is parked or in the base table, and masks have a row to mask.
        expect(base === undefined, `${spec.name} ${key}`).toBe(aside.state !== null);
        const isTrue = (name: string) =>
          aside.state !== null ||
          (maskableColumns(spec).includes(name) && aside[`mask_${name}`] === 1);
        const cells = spec.clockColumns.map(({ name }) => [
          name,
          isTrue(name) ? (aside[`value_${name}`] ?? null) : base![name],
        ]);
        const counters = base ?? (await this.#counters(spec, own));
        rows.set(key, { ...own, ...counters, ...Object.fromEntries(cells) });
      }
      tables.set(spec.name, [...rows.values()]);
    }
    return tables;
  }

  /** What the counters of a parked row would show. */
  async #counters({ name, key, cellColumns }: TableSpec, row: Row): Promise<Row> {
    const keyIs = key.map((column) => `${quoteName(`key_${column.name}`)} = ?`).join(' AND ');
    const values = key.map((column) => row[column.name] as InValue);
    const sums: Record<string, unknown> = {};
    for (const column of cellColumns) {
      const [sum] = await this.#rows(
        `SELECT ${column.default} + total(value) AS value FROM ${quoteName(cellTable(name))} WHERE ${keyIs} AND column_name = ?`,
        [...values, column.name],
      );
      sums[column.name] = Number(sum!.value);
    }
    return sums;
  }

  aside(spec: TableSpec): Promise<Row[]> {
    return this.#rows(`SELECT * FROM ${quoteName(asideTable(spec.name))}`);
  }

  /** Every row that left the base tables, came or changed is in the result. */
  #expectReported(
    before: ReadonlyMap<string, readonly Row[]>,
    after: ReadonlyMap<string, readonly Row[]>,
    result: ApplyResult,
  ): void {
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
      }
      for (const key of is.keys()) {
        const id = `${spec.name} ${key}`;
        if (!was.has(key)) expect([...came], id).toContain(id);
      }
      for (const key of was.keys())
        expect([...told('inserted')]).not.toContain(`${spec.name} ${key}`);
    }
    for (const id of told('parked')) expect([...came]).not.toContain(id);
  }

  async #rows(sql: string, args: InValue[] = []): Promise<Row[]> {
    const { rows, columns } = await this.db.$client.execute({ sql, args });
    return rows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name]])));
  }
}

/** Rows of all tables as texts, in one order. */
export function sorted(tables: ReadonlyMap<string, readonly Row[]>): Record<string, string[]> {
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

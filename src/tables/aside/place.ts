import type { TableSpec } from '../../model/table-spec.js';
import { all, block, type Fragment, list, statementText } from '../../sql/layout.js';
import { keyOf, SETTLING_TABLE } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { clockKeys } from '../clock/table.js';
import { base, baseColumns, baseIsOffered, besideBase, endIf, newKeys } from '../gate/table.js';
import { aside, asideColumns, asideKeyIs, asideValue } from './table.js';
import { existsAside, isThere, joinAside, trueValue } from './truth.js';

/*
 * Where the gate puts a merged row of a table with constraints: into the base table if that takes it, else
 * aside, where the apply decides about it at its end. SQLite itself finds what clashes. A new row that breaks
 * another constraint fails at once, so that it is rejected and not the row that would have it shown later. Then it is
 * offered again, and goes aside without a look at the base table: see merge-apart.ts.
 */

const isOpen = "'open'";

/** SQL condition: a row may go into the base table. */
const MAY_SHOW = `(SELECT parks FROM ${SETTLING_TABLE}) = 0`;

/** SQL condition: the statement before wrote the base row. */
const WAS_SHOWN = 'changes() > 0';

/** A row that was not there. `offered` is SQL of its key and cells. */
export function placeNew(spec: TableSpec, offered: readonly Fragment[]): string[] {
  return [
    statementText`
      INSERT INTO ${base(spec)} (
        ${list(baseColumns(spec))}
      )
      SELECT
        ${list(offered)}
      WHERE ${MAY_SHOW}
      ON CONFLICT DO NOTHING`,
    endIf(WAS_SHOWN),
    statementText`
      INSERT OR REPLACE INTO ${aside(spec)} (
        ${list([...asideColumns(spec), 'state', 'was'])}
      )
      VALUES (
        ${list([...offered, isOpen, "'new'"])}
      )`,
  ];
}

/** The row of a new life. It is neither in the base table nor aside. */
export function placeRevived(
  spec: TableSpec,
  row: {
    readonly columns: readonly string[];
    readonly values: readonly Fragment[];
    /** Only key and cells with clocks. */
    readonly offered: readonly Fragment[];
    /** The source of the values, with its condition. */
    readonly from: Fragment;
  },
): string[] {
  const isNowhere = [
    block`NOT EXISTS (SELECT 1 FROM ${base(spec)} WHERE ${baseIsOffered(spec)})`,
    block`NOT ${existsAside(spec, (name) => offeredKey(spec, name))}`,
  ];
  return [
    statementText`
      INSERT INTO ${base(spec)} (
        ${list(row.columns)}
      )
      SELECT
        ${list(row.values)}
      ${row.from}
        AND ${all([...isNowhere, MAY_SHOW])}
      ON CONFLICT DO NOTHING`,
    endIf(WAS_SHOWN),
    statementText`
      INSERT INTO ${aside(spec)} (
        ${list([...asideColumns(spec), 'state', 'was'])}
      )
      SELECT
        ${list([...row.offered, isOpen, "'new'"])}
      ${row.from}
        AND ${all(isNowhere)}`,
  ];
}

/**
 * A row that is there.
 *
 * @param merged SQL of a cell, from SQL of the value that it has.
 * @param from further sources, for FROM, with their conditions.
 */
export function placeMerged(
  spec: TableSpec,
  merged: (index: number, known: string) => Fragment,
  from?: { readonly source: string; readonly where: readonly Fragment[] },
): string[] {
  if (spec.clockColumns.length === 0) return [];
  const inBase = spec.clockColumns.map(({ name }, i) => {
    const column = quoteName(name);
    return block`${column} = ${merged(i, `${base(spec)}.${column}`)}`;
  });
  const key = (name: string) => `new.${quoteName(keyOf(name))}`;
  const values = spec.clockColumns.map(({ name }, i) => merged(i, trueValue(spec, name)));
  const renewed = spec.clockColumns.map(({ name }) => {
    const value = asideValue(name);
    return `${value} = excluded.${value}`;
  });
  return [
    statementText`
      UPDATE OR IGNORE ${base(spec)}
      SET
        ${list(inBase)}
      ${from === undefined ? '' : `FROM ${from.source}`}
      WHERE
        ${all([
          baseIsOffered(spec, base(spec)),
          ...(from?.where ?? []),
          block`NOT ${existsAside(spec, (name) => offeredKey(spec, name))}`,
        ])}`,
    endIf(WAS_SHOWN),
    statementText`
      INSERT INTO ${aside(spec)} (
        ${list([...asideColumns(spec), 'state'])}
      )
      SELECT
        ${list([...newKeys(spec), ...values, isOpen])}
      FROM ${from?.source ?? '(SELECT 1)'}
      LEFT JOIN ${base(spec)} AS base ON ${baseIsOffered(spec, 'base')}
      ${joinAside(spec, key)}
      WHERE
        ${all([...(from?.where ?? []), isThere(spec)])}
      ON CONFLICT (${clockKeys(spec).join(', ')}) DO UPDATE SET
        ${list([...renewed, "was = CASE state WHEN 'open' THEN was ELSE state END", "state = 'open'"])}`,
  ];
}

/** The row offered is gone. */
export function removeAside(spec: TableSpec, where: Fragment): string {
  return statementText`
    DELETE FROM ${aside(spec)}
    WHERE
      ${asideKeyIs(spec, '', (name) => `new.${quoteName(keyOf(name))}`)}
      AND ${where}`;
}

const offeredKey = (spec: TableSpec, name: string) =>
  besideBase(spec, `new.${quoteName(keyOf(name))}`);

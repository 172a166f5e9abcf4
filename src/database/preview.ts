import { typeOf } from '../columns/registry.js';
import type { RowHistory } from '../feed/row-history.js';
import { type Cells, readShown, ShownRows } from '../feed/shown-rows.js';
import { type Change, EVENT, SENTINEL } from '../model/change.js';
import { packKey, unpackKey } from '../model/packed-key.js';
import { type RowId, RowSet, textOfRow } from '../model/row-id.js';
import type { CrrSchema } from '../model/schema.js';
import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import { isSameValue, type SqlValue } from '../model/value.js';
import type { Query } from '../sql/statement.js';
import { type MergeBatchOptions, Merger } from './apply.js';
import type { KeyedRow, MergeReport } from './apply-result.js';
import type { Connection } from './connection.js';
import { DriftCheck } from './drift.js';
import { type Rehearsal, rehearse } from './rehearsal.js';
import { conflictOf, lastCells, type RowMerge } from './row-conflict.js';
import { type RowsWithHistory, readRowHistories } from './row-events.js';
import { run } from './run.js';
import { SiteStore } from './site-store.js';

export interface PreviewParts {
  readonly connection: Connection;
  readonly drift: DriftCheck;
  readonly greatestTime: () => number;
}

/** A row that merging would touch. */
export interface PreviewedRow extends RowMerge, RowId {}

export interface Preview {
  /** What the merge would report. */
  readonly report: MergeReport;
  readonly rows: readonly PreviewedRow[];
}

/** Merges changes as an apply does, looks at what has become of the rows, and takes all of it back. */
export async function previewMerge(
  parts: PreviewParts,
  changes: readonly Change[],
  options: MergeBatchOptions,
): Promise<Preview> {
  const present = await parts.drift.passMerging();
  return rehearse(parts.connection, 'preview()', async (rehearsal) => {
    const { schema } = present;
    const sites = new SiteStore();
    // What this process knows of the database must not learn from what never happens.
    const drift = new DriftCheck(rehearsal, schema);
    drift.accept(present);
    const { greatestTime } = parts;
    const merger = new Merger({ connection: rehearsal, schema, sites, drift, greatestTime });
    const report = await merger.merge(changes, options);
    const rows = touchedRows(changes, report, schema);
    const before = new ShownRows();
    const after = new ShownRows();
    await run(rehearsal.untouched, readRows(rows, before, schema), 'read');
    await run(rehearsal, readRows(rows, after, schema), 'read');
    const histories = await readHistories(rehearsal, rows, schema);
    const incoming = incomingCells(changes);
    return {
      report,
      rows: rows.map((row): PreviewedRow => {
        const spec = schema.tables.get(row.table)!;
        const ours = before.cellsOf(row);
        const merged = after.cellsOf(row);
        const conflict = histories?.conflictOf(row, merged);
        const brought = incoming.get(textOfRow(row));
        const theirs = spec.history
          ? histories!.theirsOf(row, merged, conflict, brought)
          : overlaid(spec, ours, merged, brought);
        const { table, pk } = row;
        const conflicts = spec.history ? (conflict?.conflicts ?? []) : undefined;
        return { table, pk, base: conflict?.base, ours, theirs, merged, conflicts };
      }),
    };
  });
}

/** The rows of the changes, and those that the merge touches because of them. */
function touchedRows(
  changes: readonly Change[],
  report: MergeReport,
  { tables }: CrrSchema,
): readonly RowId[] {
  const rows = new RowSet();
  for (const { table, pk } of changes) rows.add({ table, pk });
  const { inserted, updated, deleted, parked, shown, masked, unmasked } = report;
  const keyed: KeyedRow[] = [inserted, updated, deleted, parked, shown, masked, unmasked].flat();
  for (const { table, key } of keyed) rows.add({ table, pk: packKey(key) });
  // Tables of which only other sites know have no rows here, and so have keys of other widths.
  return rows
    .values()
    .filter(({ table, pk }) => tables.get(table)?.key.length === unpackKey(pk).length);
}

export function readRows(
  rows: readonly RowId[],
  into: ShownRows,
  { tables }: CrrSchema,
): readonly Query[] {
  return [...tables.values()].flatMap((spec) => {
    const keys = rows.filter(({ table }) => table === spec.name).map(({ pk }) => unpackKey(pk));
    return readShown(spec, keys, into.add);
  });
}

interface Histories {
  conflictOf(row: RowId, merged: Cells | undefined): RowMerge | undefined;
  /** The row as the other side has it. */
  theirsOf(
    row: RowId,
    merged: Cells | undefined,
    conflict: RowMerge | undefined,
    changes: readonly Change[] | undefined,
  ): Cells | undefined;
}

/** What the logs know of rows after the merge, and before; undefined if no table has one. */
async function readHistories(
  rehearsal: Rehearsal,
  rows: readonly RowId[],
  { tables }: CrrSchema,
): Promise<Histories | undefined> {
  const wanted = rows.flatMap(({ table, pk }) => {
    const spec = tables.get(table)!;
    return spec.history ? [{ spec, pk }] : [];
  });
  if (wanted.length === 0) return undefined;
  const read = (connection: Connection) => readRowHistories(connection, new SiteStore(), wanted);
  const after = await read(rehearsal);
  const known = eventsOf(await read(rehearsal.untouched));
  return {
    conflictOf: (row, merged) => {
      const { history } = after.rows.get(textOfRow(row)) ?? {};
      const { table } = row;
      return (
        history &&
        conflictOf(history, ({ id }) => !known.has(`${table} ${id}`), merged, after.sites)
      );
    },
    theirsOf(row, merged, conflict, changes) {
      const { history } = after.rows.get(textOfRow(row)) ?? {};
      return history ? withTruth(history, merged, conflict, changes) : merged;
    },
  };
}

/** What was brought and stands is true, even if the table shows something else because of a constraint, or nothing. */
function withTruth(
  history: RowHistory,
  merged: Cells | undefined,
  conflict: RowMerge | undefined,
  changes: readonly Change[] = [],
): Cells | undefined {
  const isAlive = history.isAlive(history.events.length);
  const shown = conflict === undefined && isAlive ? (merged ?? lastCells(history)) : merged;
  const theirs = conflict === undefined ? shown : conflict.theirs;
  if (theirs === undefined) return undefined;
  const row = new Map(theirs);
  for (const { name } of history.spec.clockColumns) {
    if (conflict?.conflicts?.some(({ column }) => column.name === name)) continue;
    const value = history.lastOf(name);
    const isBrought = changes.some(({ cid, val }) => cid === name && isSameValue(val, value));
    if (isBrought && value !== undefined) row.set(name, value);
  }
  return row;
}

const eventsOf = ({ rows }: RowsWithHistory): ReadonlySet<string> =>
  new Set(
    [...rows.values()].flatMap(({ spec, history }) =>
      history.events.map(({ id }) => `${spec.name} ${id}`),
    ),
  );

/** The changes of each row, by {@link textOfRow}. */
function incomingCells(changes: readonly Change[]): ReadonlyMap<string, readonly Change[]> {
  const rows = new Map<string, Change[]>();
  for (const change of changes) {
    if (change.cid === EVENT) continue;
    const id = textOfRow(change);
    const row = rows.get(id);
    if (row === undefined) rows.set(id, [change]);
    else row.push(change);
  }
  return rows;
}

/** What changes alone tell of their side of a row. What they do not bring is as it is here. */
function overlaid(
  spec: TableSpec,
  ours: Cells | undefined,
  merged: Cells | undefined,
  changes: readonly Change[] = [],
): Cells | undefined {
  if (changes.length === 0) return merged;
  const life = Math.max(...changes.map(({ cl }) => cl));
  if (life % 2 === 0) return undefined;
  const row = new Map<string, SqlValue>(ours ?? merged);
  const versions = new Map<string, number>();
  for (const column of replicatedColumns(spec)) {
    const { name } = column;
    // Both sides have their share in the cells of a counter or a register.
    if (typeOf(column).storage === 'cells') {
      if (merged !== undefined) row.set(name, merged.get(name) ?? null);
      continue;
    }
    for (const { cid, cl, val, col_version: version } of changes) {
      if (cid !== name || cid === SENTINEL || cl !== life) continue;
      if (version < (versions.get(name) ?? Number.NEGATIVE_INFINITY)) continue;
      versions.set(name, version);
      row.set(name, val);
    }
  }
  return row;
}

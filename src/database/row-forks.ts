import type { ForkedCell } from '../feed/fork.js';
import { forkedCells } from '../feed/forked-cells.js';
import type { RowHistory } from '../feed/row-history.js';
import { type Cells, readShown, ShownRows } from '../feed/shown-rows.js';
import { packKey } from '../model/packed-key.js';
import { type RowId, textOfRow } from '../model/row-id.js';
import type { SitesOfPage } from '../model/site.js';
import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import { readForkedRows } from '../tables/log/query.js';
import type { LoggedEvent } from '../tables/log/read.js';
import type { Connection } from './connection.js';
import { writerOf } from './forks.js';
import { baseRow, lastCells, withHeads } from './row-conflict.js';
import { nameOfEvent, readRowHistories } from './row-events.js';
import { run } from './run.js';
import type { SiteStore } from './site-store.js';

/** A row in conflict as one of its sides has left it: a site, or a head of the row if conflicts are by row. */
export interface RowFork extends RowId {
  /** Undefined: it deleted the row. */
  readonly cells: Cells | undefined;
  /** All columns in conflict. */
  readonly columns: readonly ForkedCell['column'][];
  /** Those that it wrote, the latest last. */
  readonly written: readonly ForkedCell['column'][];
  /** The names of its writes. */
  readonly events: readonly string[];
  /** Who made the last of them. */
  readonly writer: ReturnType<typeof writerOf>;
}

/** A row in conflict. */
export interface ForkedRow extends RowId {
  /** Undefined: there was none, or it is not known any more. */
  readonly base: Cells | undefined;
  /** As the table shows it. */
  readonly shown: Cells | undefined;
  readonly forks: readonly RowFork[];
}

/** Reads a row in conflict as each side has left it; none if it is not in conflict. */
export async function readRowForks(
  connection: Connection,
  sites: SiteStore,
  spec: TableSpec,
  key: readonly SqlValue[],
): Promise<readonly RowFork[]> {
  const [row] = await readRows(connection, sites, spec, [key]);
  return row?.forks ?? [];
}

/** The same of all rows of a table that are in conflict, by key. */
export async function readAllRowForks(
  connection: Connection,
  sites: SiteStore,
  spec: TableSpec,
): Promise<readonly ForkedRow[]> {
  const keys: (readonly SqlValue[])[] = [];
  await run(connection, [readForkedRows(spec, (key) => keys.push(key))], 'read');
  return keys.length === 0 ? [] : readRows(connection, sites, spec, keys);
}

async function readRows(
  connection: Connection,
  sites: SiteStore,
  spec: TableSpec,
  keys: readonly (readonly SqlValue[])[],
): Promise<readonly ForkedRow[]> {
  const shown = new ShownRows();
  await run(connection, readShown(spec, keys, shown.add), 'read');
  const wanted = keys.map((key) => ({ spec, pk: packKey(key) }));
  const { rows, sites: ids } = await readRowHistories(connection, sites, wanted);
  return wanted.flatMap(({ pk }) => {
    const row = { table: spec.name, pk };
    const { history } = rows.get(textOfRow(row))!;
    const cells = forkedCells(history);
    return cells.length === 0 ? [] : [forksOf(row, history, cells, shown.cellsOf(row), ids)];
  });
}

function forksOf(
  row: RowId,
  history: RowHistory,
  conflicts: readonly ForkedCell[],
  shown: Cells | undefined,
  ids: SitesOfPage,
): ForkedRow {
  const agreed = shown ?? lastCells(history);
  const isByRow = history.spec.conflictLevel === 'row';
  const sideOf = (head: LoggedEvent) => (isByRow ? head.id : head.site);
  const heads = conflicts.flatMap(({ sides }) => [...sides.keys()]);
  const forks = [...new Set(heads.map(sideOf))].map((side): RowFork => {
    // What a site has not written on its own was there before.
    const headIn = ({ sides, base }: ForkedCell) => {
      const own = [...sides].findLast(([head]) => sideOf(head) === side);
      return own === undefined ? base : own[1];
    };
    const writes = conflicts.flatMap((cell) => {
      const event = headIn(cell);
      return event && cell.heads.includes(event) ? [{ event, column: cell.column }] : [];
    });
    writes.sort((a, b) => a.event.dbVersion - b.event.dbVersion || a.event.id - b.event.id);
    // A side of a row may have written the cells that are in conflict long before, or not at all.
    const last = isByRow ? heads.find(({ id }) => id === side)! : writes.at(-1)!.event;
    const events = new Set([...writes.map(({ event }) => event), last]);
    return {
      ...row,
      cells: withHeads(history, agreed, conflicts, headIn),
      columns: conflicts.map(({ column }) => column),
      written: writes.map(({ column }) => column),
      events: [...events].map((event) => nameOfEvent(event, ids)),
      writer: writerOf(last, ids),
    };
  });
  return { ...row, base: baseRow(history, agreed, conflicts), shown, forks };
}

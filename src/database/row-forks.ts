import type { ForkedCell } from '../feed/fork.js';
import { type Cells, readShown, ShownRows } from '../feed/shown-rows.js';
import { packKey } from '../model/packed-key.js';
import { textOfRow } from '../model/row-id.js';
import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import type { LoggedEvent } from '../tables/log/read.js';
import type { Connection } from './connection.js';
import { type ForkHead, headOf } from './forks.js';
import { lastCells, withHeads } from './row-conflict.js';
import { readRowHistories } from './row-events.js';
import { run } from './run.js';
import type { SiteStore } from './site-store.js';

/** A row in conflict as one site has left it. */
export interface RowFork {
  readonly table: string;
  readonly pk: Uint8Array;
  /** Undefined: it deleted the row. */
  readonly cells: Cells | undefined;
  /** All columns in conflict. */
  readonly columns: readonly ForkedCell['column'][];
  /** What the site wrote to them, the latest last. */
  readonly heads: readonly (ForkHead & { readonly column: ForkedCell['column'] })[];
}

/** Reads a row in conflict as each site has left it; none if it is not in conflict. */
export async function readRowForks(
  connection: Connection,
  sites: SiteStore,
  spec: TableSpec,
  key: readonly SqlValue[],
): Promise<RowFork[]> {
  const pk = packKey(key);
  const row = { table: spec.name, pk };
  const shownRows = new ShownRows();
  await run(connection, readShown(spec, [key], shownRows.add), 'read');
  const { rows, sites: ids } = await readRowHistories(connection, sites, [{ spec, pk }]);
  const { history } = rows.get(textOfRow(row))!;
  const conflicts = history.conflicts();
  const shown = shownRows.cellsOf(row) ?? lastCells(history);
  const writers = new Set(conflicts.flatMap(({ heads }) => heads.map(({ site }) => site)));
  return [...writers].map((site): RowFork => {
    const headOfSite = ({ heads }: ForkedCell): LoggedEvent | undefined =>
      heads.findLast((head) => head.site === site);
    // What it has not written on its own was there before.
    const headIn = (cell: ForkedCell) => headOfSite(cell) ?? cell.base;
    const heads = conflicts.flatMap((cell) => {
      const head = headOfSite(cell);
      return head === undefined ? [] : [{ head, column: cell.column }];
    });
    heads.sort((a, b) => a.head.dbVersion - b.head.dbVersion || a.head.id - b.head.id);
    return {
      ...row,
      cells: withHeads(history, shown, conflicts, headIn),
      columns: conflicts.map(({ column }) => column),
      heads: heads.map(({ head, column }) => ({ ...headOf(history, head, column, ids), column })),
    };
  });
}

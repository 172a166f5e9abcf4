import type { ForkedCell } from '../feed/fork.js';
import { forkedCells } from '../feed/forked-cells.js';
import type { RowHistory } from '../feed/row-history.js';
import { packKey, unpackKey } from '../model/packed-key.js';
import type { SitesOfPage } from '../model/site.js';
import type { ReplicatedColumnSpec, TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import { readForkedRows } from '../tables/log/query.js';
import type { LoggedEvent } from '../tables/log/read.js';
import type { Connection } from './connection.js';
import { nameOfEvent, type RowWithHistory, readRowHistories } from './row-events.js';
import { run } from './run.js';
import type { SiteStore } from './site-store.js';

/** One side of a fork. */
export interface ForkHead {
  readonly event: string;
  /** Undefined: it deleted the row. */
  readonly value: SqlValue | undefined;
  readonly at: number;
  readonly siteId: Uint8Array;
  readonly author: string | undefined;
  readonly message: string | undefined;
}

/** A cell that sites wrote without each other's write, with different outcomes. */
export interface Fork {
  readonly spec: TableSpec;
  readonly key: readonly SqlValue[];
  readonly column: ForkedCell['column'];
  /** Undefined: they started from nothing that the log has. */
  readonly base: ForkHead | undefined;
  readonly heads: readonly ForkHead[];
  /** Whether the row is shown. */
  readonly isAlive: boolean;
  /** What it shows. */
  readonly shown: SqlValue | undefined;
}

/** Lists the forks of a table, by key. */
export async function readForks(
  connection: Connection,
  sites: SiteStore,
  spec: TableSpec,
): Promise<Fork[]> {
  const wanted: { spec: TableSpec; pk: Uint8Array }[] = [];
  const list = readForkedRows(spec, (key) => wanted.push({ spec, pk: packKey(key) }));
  await run(connection, [list], 'read');
  if (wanted.length === 0) return [];
  const { rows, sites: ids } = await readRowHistories(connection, sites, wanted);
  return [...rows.values()].flatMap((row) => forksOf(row, ids));
}

function forksOf({ spec, pk, history }: RowWithHistory, sites: SitesOfPage): Fork[] {
  const end = history.events.length;
  const isAlive = history.isAlive(end);
  return forkedCells(history).map(({ column, heads, base }) => {
    const side = (event: LoggedEvent) => headOf(history, event, column, sites);
    const shown = history.shownBy(column.name, end);
    return {
      ...{ spec, key: unpackKey(pk), column, isAlive },
      base: base && side(base),
      heads: heads.map(side),
      shown: isAlive && shown ? history.valueOf(shown, column.name) : undefined,
    };
  });
}

/** What one event made of a cell. */
export function headOf(
  history: RowHistory,
  event: LoggedEvent,
  column: ReplicatedColumnSpec,
  sites: SitesOfPage,
): ForkHead {
  return {
    event: nameOfEvent(event, sites),
    value: history.valueOf(event, column.name),
    ...writerOf(event, sites),
  };
}

/** Who made an event, and why. */
export function writerOf(
  event: LoggedEvent,
  sites: SitesOfPage,
): Omit<ForkHead, 'event' | 'value'> {
  return {
    at: event.time,
    siteId: sites.idOf(event.site).slice(),
    author: event.author,
    message: event.message,
  };
}

import { isCounter, typeOf } from '../columns/registry.js';
import { CrrUsageError } from '../errors.js';
import type { RowHistory } from '../feed/row-history.js';
import { textOfRow } from '../model/row-id.js';
import type { SitesOfPage } from '../model/site.js';
import {
  type ReplicatedColumnSpec,
  replicatedColumns,
  type TableSpec,
} from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import { type RowEvent, readEvents } from '../tables/log/query.js';
import type { LoggedEvent } from '../tables/log/read.js';
import type { Connection } from './connection.js';
import { nameOfEvent, type RowWithHistory, readRowHistories } from './row-events.js';
import { run } from './run.js';
import type { SiteStore } from './site-store.js';

/** What an event did to a cell. */
export interface LoggedChange {
  readonly column: ReplicatedColumnSpec;
  /** What the row had here before; undefined: nothing that is known. */
  readonly from: SqlValue | undefined;
  /** What the event wrote; undefined: it deleted the row. */
  readonly to: SqlValue | undefined;
  /** False if the row kept another value. */
  readonly won: boolean;
  /** Of a counter: what the event added; undefined: not known. */
  readonly added?: bigint | undefined;
}

/** One event, as `$crr.history()` lists it. */
export interface HistoryEntry {
  readonly spec: TableSpec;
  readonly pk: Uint8Array;
  readonly event: string;
  readonly kind: 'insert' | 'update' | 'delete' | 'import';
  readonly at: number;
  readonly siteId: Uint8Array;
  /** The transaction: the writer's db_version. */
  readonly version: number;
  /** db_version of this database when it was written or came. */
  readonly arrived: number;
  readonly author: string | undefined;
  readonly message: string | undefined;
  readonly parents: readonly string[];
  /** Whether events that it replaced are not in the log any more. */
  readonly pruned: boolean;
  /** The transaction that the event's one takes back, or does again. */
  readonly reverts: { readonly siteId: Uint8Array; readonly version: number } | undefined;
  readonly changes: readonly LoggedChange[];
}

/** What is listed; times in milliseconds. */
export interface HistoryFilter {
  readonly key?: readonly SqlValue[] | undefined;
  readonly author?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit?: number | undefined;
}

const DEFAULT_LIMIT = 100;

export function requireHistory(caller: string, spec: TableSpec): void {
  if (spec.history) return;
  throw new CrrUsageError(
    'CRR_USAGE_OPTION',
    `${caller}: "${spec.name}" has no history: declare it with { history: true }`,
  );
}

/** Lists events, the newest first. */
export async function readHistory(
  connection: Connection,
  sites: SiteStore,
  spec: TableSpec,
  { limit = DEFAULT_LIMIT, ...filter }: HistoryFilter,
): Promise<HistoryEntry[]> {
  const found: RowEvent[] = [];
  await run(connection, [readEvents(spec, { ...filter, limit }, (row) => found.push(row))], 'read');
  const wanted = new Map(
    found.map(({ pk }) => [textOfRow({ table: spec.name, pk }), { spec, pk }]),
  );
  const { rows, sites: ids } = await readRowHistories(connection, sites, [...wanted.values()]);
  return found.flatMap(({ pk, event: { id } }) => {
    const row = rows.get(textOfRow({ table: spec.name, pk }))!;
    const index = row.history.events.findIndex((event) => event.id === id);
    return index < 0 ? [] : [entryOf(row, index, ids)];
  });
}

function entryOf(row: RowWithHistory, index: number, sites: SitesOfPage): HistoryEntry {
  const { spec, pk, history } = row;
  const event = history.events[index]!;
  return {
    spec,
    pk,
    event: nameOfEvent(event, sites),
    kind: kindOf(event),
    at: event.time,
    siteId: sites.idOf(event.site).slice(),
    version: event.dbVersion,
    arrived: event.arrived,
    author: event.author,
    message: event.message,
    parents: history.parentsOf(event).map((parent) => nameOfEvent(parent, sites)),
    pruned: event.pruned.length > 0,
    reverts: revertedBy(event, sites),
    changes: changesOf(row, index),
  };
}

function revertedBy({ reverts }: LoggedEvent, sites: SitesOfPage): HistoryEntry['reverts'] {
  if (reverts === undefined) return undefined;
  const [site, version] = reverts.split(':').map(Number);
  return { siteId: sites.idOf(site!).slice(), version: version! };
}

function kindOf(event: LoggedEvent): HistoryEntry['kind'] {
  if (event.seq === undefined) return 'import';
  if (event.causalLength % 2 === 0) return 'delete';
  return event.rowVersion === undefined ? 'update' : 'insert';
}

function changesOf({ spec, history, horizon }: RowWithHistory, index: number): LoggedChange[] {
  const event = history.events[index]!;
  const isKnown = history.isKnownBefore(event, horizon) && history.isAlive(index);
  return replicatedColumns(spec).flatMap((column): LoggedChange[] => {
    const { name } = column;
    const isCell = typeOf(column).storage === 'cells';
    const before = isCell ? history.ownBefore(event, name) : history.shownBy(name, index);
    const from = isKnown && before !== undefined ? history.valueOf(before, name) : undefined;
    if (event.causalLength % 2 === 0) {
      return from === undefined ? [] : [{ column, from, to: undefined, won: true }];
    }
    const to = history.valueOf(event, name);
    // Whoever creates a row need not have written a counter or a register.
    if (to === undefined || (isCell && to === null && !history.hasVersion(event, name))) return [];
    const won = history.won(event, name);
    if (!isCounter(column)) return [{ column, from, to, won }];
    return [{ column, from, to, won, added: addedBy(history, event, column, isKnown) }];
  });
}

/** A counter's event has what its site has added in all. */
function addedBy(
  history: RowHistory,
  event: LoggedEvent,
  { name }: ReplicatedColumnSpec,
  isKnown: boolean,
): bigint | undefined {
  const before = history.ownBefore(event, name);
  if (before === undefined && !isKnown && event.rowVersion === undefined) return undefined;
  const [now, then] = [event, before].map((one) => one && history.valueOf(one, name));
  if (typeof now !== 'bigint') return undefined;
  return now - (typeof then === 'bigint' ? then : 0n);
}

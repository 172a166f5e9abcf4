import { isCounter, typeOf } from '../columns/registry.js';
import { SENTINEL } from '../model/change.js';
import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import type { NotedHead } from '../tables/log/query.js';
import { dotOf, type LoggedEvent } from '../tables/log/read.js';
import { cellNames, WHOLE_ROW } from '../tables/log/table.js';
import { Contraction, isAmong, type Replaced } from './contraction.js';
import { rowAsSeenBy } from './forked-cells.js';
import { RowHistory } from './row-history.js';

/** How far a row's events may go. */
export interface PruneLimits {
  /** Only events that arrived up to this db_version. */
  readonly upTo: number;
  /** Only events with so many newer ones in their row. */
  readonly keep: number;
}

/** What becomes of the events of a row. */
export interface PrunedRow {
  readonly removed: readonly LoggedEvent[];
  /** Events that stay and name others than before. */
  readonly changed: readonly Pick<LoggedEvent, 'id' | 'parents' | 'pruned'>[];
  /** Heads that were noted beside events that are not the last ones of their cell any more. */
  readonly forgotten: readonly NotedHead[];
  /** The last event that might have gone: the past before it is not known any more. */
  readonly last: LoggedEvent;
  /** When the last of them came, by the clock here. */
  readonly lastTime: number;
}

/**
 * Decides which events of a row may go. What the row was when the last of them arrived stays known, and with it all that
 * followed; so does who replaced whom among those that stay.
 *
 * @param events all of the row, in the order of arrival.
 * @returns undefined if none may go; `'unclear'` if events came without those before them, so that it would not be clear any more
 * which of them are concurrent.
 */
export function pruneRow(
  spec: TableSpec,
  events: readonly LoggedEvent[],
  noted: readonly NotedHead[],
  limits: PruneLimits,
): PrunedRow | 'unclear' | undefined {
  const past = new RowHistory(spec, events.slice(0, endOf(events, limits)), noted);
  if (past.events.length < 2) return undefined;
  const needed = neededOf(past);
  const removed = past.events.filter((event) => !needed.has(event));
  if (removed.length === 0) return undefined;
  const graph = new Contraction(events, new Set(removed));
  const kept = past.events.filter((event) => needed.has(event));
  const after = new Map(kept.map((event) => [event, cutOff(past, event, graph)]));
  if (!areStillHeads(past, after)) return 'unclear';
  const lastOf = new Map(cellNames(spec).map((cell) => [cell, past.lastCovering(cell)?.id]));
  const ids = new Set(past.events.map(({ id }) => id));
  return {
    removed,
    changed: kept.map((event) => ({ id: event.id, ...after.get(event)! })),
    forgotten: noted.filter(({ event, column }) => ids.has(event) && lastOf.get(column) !== event),
    last: past.events.at(-1)!,
    lastTime: Math.max(...past.events.map(({ arrivedAt }) => arrivedAt)),
  };
}

/** How many of the events may go as far as their age is concerned: whole db_versions, because these are what can be looked at. */
function endOf(events: readonly LoggedEvent[], { upTo, keep }: PruneLimits): number {
  const young = events.findIndex(({ arrived }) => arrived > upTo);
  let end = Math.max(0, Math.min(young < 0 ? events.length : young, events.length - keep));
  while (end > 0 && events[end - 1]!.arrived === events[end]?.arrived) end--;
  return end;
}

/** What the state of a row consists of, in the end of some events. */
function neededOf(past: RowHistory): Set<LoggedEvent> {
  const { spec, events } = past;
  const end = events.length;
  const needed = new Set<LoggedEvent | undefined>();
  for (const cell of cellNames(spec)) {
    // The heads are noted with the last event, which need not be one.
    needed.add(past.lastCovering(cell));
    for (const head of past.heads(cell)) needed.add(head);
  }
  const life = Math.max(...events.map(({ causalLength }) => causalLength));
  needed.add(events.findLast(({ causalLength }) => causalLength === life));
  if (life % 2 === 1) {
    for (const column of replicatedColumns(spec)) {
      if (typeOf(column).storage === 'clock') needed.add(past.shownBy(column.name, end));
      else if (isCounter(column)) {
        for (const share of past.shares(column.name, end).values()) needed.add(share);
      }
    }
  }
  if (spec.conflictLevel === 'row') {
    for (const head of past.heads(WHOLE_ROW)) {
      for (const event of rowAsSeenBy(past, head)) needed.add(event);
    }
  }
  for (const event of headsOfOthers(past)) needed.add(event);
  needed.delete(undefined);
  return needed as Set<LoggedEvent>;
}

/**
 * What an event replaced, without what goes. If conflicts are by row, somebody may still write to the row as the writer of an
 * event had it. If that goes, the event goes on to name one that is missing, so that nobody takes older values for those.
 */
function cutOff(past: RowHistory, event: LoggedEvent, graph: Contraction): Replaced {
  const replaced = graph.contracted(event);
  if (past.spec.conflictLevel !== 'row' || !past.covers(event, WHOLE_ROW)) return replaced;
  const lost = rowAsSeenBy(past, event).find((seen) => seen && graph.removed.has(seen));
  const dot = lost === undefined ? past.missingBefore(event) : dotOf(lost);
  if (dot === undefined) return replaced;
  return { ...replaced, parents: [...new Set([...replaced.parents, dot])].sort() };
}

/** Events with cells of columns that this schema lacks, unless a later one replaced them. */
function headsOfOthers(past: RowHistory): LoggedEvent[] {
  const replaced = new Map<string, Set<LoggedEvent>>();
  const withRow = new Set<LoggedEvent>();
  return [...past.events].reverse().filter((event) => {
    const cells = Object.keys(JSON.parse(event.others ?? '{}') as object);
    const isHead = cells.some((cell) => !withRow.has(event) && !replaced.get(cell)?.has(event));
    const coversRow = past.covers(event, SENTINEL);
    if (cells.length > 0 || coversRow) {
      const seen = past.seenBy(event).filter((other) => other !== event);
      for (const cell of cells) {
        replaced.set(cell, new Set([...(replaced.get(cell) ?? []), ...seen]));
      }
      if (coversRow) for (const other of seen) withRow.add(other);
    }
    return isHead;
  });
}

/**
 * Whether no event that stays would count as replacing a head. It can only do so if this site has events of another one
 * without earlier ones.
 */
function areStillHeads(past: RowHistory, after: ReadonlyMap<LoggedEvent, Replaced>): boolean {
  return cellNames(past.spec).every((cell) =>
    past
      .heads(cell)
      .every(
        (head) =>
          head.seq === undefined ||
          [...after].every(
            ([event, replaced]) =>
              event === head || !past.covers(event, cell) || !isAmong(head, replaced),
          ),
      ),
  );
}

import { MOST_SHOWN } from '../columns/counter/sum.js';
import { typeOf } from '../columns/registry.js';
import { SENTINEL } from '../model/change.js';
import {
  type ReplicatedColumnSpec,
  replicatedColumns,
  type TableSpec,
} from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import type { NotedHead } from '../tables/log/query.js';
import { dotOf, type LoggedEvent } from '../tables/log/read.js';
import { WHOLE_ROW } from '../tables/log/table.js';

/** The events of one row in the order of their arrival, and what follows from them. */
export class RowHistory {
  readonly #columns: readonly ReplicatedColumnSpec[];
  readonly #byId: ReadonlyMap<number, LoggedEvent>;
  readonly #byDot: ReadonlyMap<string, LoggedEvent>;

  constructor(
    readonly spec: TableSpec,
    readonly events: readonly LoggedEvent[],
    readonly noted: readonly NotedHead[],
  ) {
    this.#columns = replicatedColumns(spec);
    this.#byId = new Map(events.map((event) => [event.id, event]));
    this.#byDot = new Map(events.map((event) => [dotOf(event), event]));
  }

  /** The index of a cell; -1 is the row's existence. */
  #indexOf(cell: string): number {
    return cell === SENTINEL ? -1 : this.#columns.findIndex(({ name }) => name === cell);
  }

  covers(event: LoggedEvent, cell: string): boolean {
    if (cell === WHOLE_ROW && event.seq === undefined) return false;
    if (event.rowVersion !== undefined || event.causalLength % 2 === 0) return true;
    if (cell !== WHOLE_ROW) return event.cells.has(this.#indexOf(cell));
    return [...event.cells.keys()].some((index) => index < this.spec.clockColumns.length);
  }

  /**
   * Whether it is known what the row had here before an event.
   *
   * @param horizon the table was pruned here up to this db_version.
   */
  isKnownBefore({ arrived, pruned }: LoggedEvent, horizon: number): boolean {
    if (pruned.length > 0) return false;
    return arrived > horizon || this.events.every((event) => event.pruned.length === 0);
  }

  /** The last event that replaced what was in a cell. */
  lastCovering(cell: string): LoggedEvent | undefined {
    return this.events.findLast((event) => this.covers(event, cell));
  }

  /** The events of a cell that no other one has as parent. More than one: sites wrote it without each other's write. */
  heads(cell: string): readonly LoggedEvent[] {
    const last = this.lastCovering(cell);
    if (last === undefined) return [];
    const noted = this.noted.filter(({ event, column }) => event === last.id && column === cell);
    if (noted.length === 0) return [last];
    return noted.flatMap(({ head }) => this.#byId.get(head) ?? []);
  }

  /** What an event put into a cell. Undefined if the event deleted the row, or did not write the cell. */
  valueOf(event: LoggedEvent, cell: string): SqlValue | undefined {
    return event.cells.get(this.#indexOf(cell))?.value;
  }

  /** The value that a cell had last, by the merge rules, in whatever order its events have come: of a row that is deleted, too. */
  lastOf(cell: string): SqlValue | undefined {
    const last = this.latestOf(this.events, cell);
    return last && this.valueOf(last, cell);
  }

  /** The event by which a cell got the value that it has by the merge rules if there are only some events. */
  latestOf(events: readonly LoggedEvent[], cell: string): LoggedEvent | undefined {
    const type = typeOf(this.#columns[this.#indexOf(cell)]!);
    if (type.storage === 'cells') return undefined;
    let last:
      | { readonly event: LoggedEvent; readonly val: SqlValue; readonly version: number }
      | undefined;
    for (const event of events) {
      const written = event.cells.get(this.#indexOf(cell));
      const life = event.causalLength;
      if (written === undefined || life % 2 === 0) continue;
      const version = Math.abs(written.version ?? event.rowVersion ?? 0);
      const next = { event, val: written.value, version };
      if (last === undefined || life > last.event.causalLength) last = next;
      else if (life === last.event.causalLength && type.compare(next, last) > 0) last = next;
    }
    return last?.event;
  }

  /** Whether an event gave a cell a version of its own, besides that of the row. */
  hasVersion(event: LoggedEvent, cell: string): boolean {
    return event.cells.get(this.#indexOf(cell))?.version !== undefined;
  }

  /** Whether an event put something into a cell that the row had here then. */
  won(event: LoggedEvent, cell: string): boolean {
    const written = event.cells.get(this.#indexOf(cell));
    return written !== undefined && (written.version ?? 0) >= 0;
  }

  /** Whether the row was there, of the events before an index. */
  isAlive(end: number): boolean {
    const lives = this.events.slice(0, end).map(({ causalLength }) => causalLength);
    return Math.max(0, ...lives) % 2 === 1;
  }

  /** The event whose value a cell had here, of those before an index; undefined if none is known. */
  shownBy(cell: string, end: number): LoggedEvent | undefined {
    for (let i = end - 1; i >= 0; i--) {
      const event = this.events[i]!;
      if (event.causalLength % 2 === 1 && this.won(event, cell)) return event;
    }
    return undefined;
  }

  /**
   * The latest share of each site in a counter, of the events before an index, in the row's life then. As the cells merge: the one
   * with the greatest version, in whatever order they have come.
   */
  shares(cell: string, end: number): ReadonlyMap<number, LoggedEvent> {
    const events = this.events.slice(0, end);
    const life = Math.max(0, ...events.map(({ causalLength }) => causalLength));
    const shares = new Map<number, LoggedEvent>();
    for (const event of events) {
      const share = this.#shareOf(event, cell);
      if (event.causalLength !== life || share === undefined) continue;
      const before = shares.get(event.site);
      if (before === undefined || !isLater(this.#shareOf(before, cell)!, share)) {
        shares.set(event.site, event);
      }
    }
    return shares;
  }

  #shareOf(event: LoggedEvent, cell: string): Share | undefined {
    const { version, value } = event.cells.get(this.#indexOf(cell)) ?? {};
    return version === undefined || typeof value !== 'bigint' ? undefined : { version, value };
  }

  /** What a counter showed, of the events before an index: their sum, as far as a counter can show it. */
  sumBefore(cell: string, end: number): bigint {
    const shares = [...this.shares(cell, end).values()];
    const sum = shares.reduce((so, event) => so + (this.valueOf(event, cell) as bigint), 0n);
    const most = BigInt(MOST_SHOWN);
    if (sum > most) return most;
    return sum < -most ? -most : sum;
  }

  /**
   * The event before it by the same site in a column that has a cell per site: that with the next lower version, in whatever order
   * they have come.
   */
  ownBefore(event: LoggedEvent, cell: string): LoggedEvent | undefined {
    const versionOf = ({ cells }: LoggedEvent) => cells.get(this.#indexOf(cell))?.version;
    const version = versionOf(event);
    if (version === undefined) return undefined;
    let before: LoggedEvent | undefined;
    for (const other of this.events) {
      if (other.site !== event.site || other.causalLength !== event.causalLength) continue;
      const own = versionOf(other) ?? version;
      if (own < version && own >= (before ? versionOf(before)! : own)) before = other;
    }
    return before;
  }

  /** The events that an event replaced, as far as they are here. */
  parentsOf({ parents }: LoggedEvent): readonly LoggedEvent[] {
    return parents.flatMap((dot) => this.#byDot.get(dot) ?? []);
  }

  /** Whether an event replaced some that are not here; see {@link parentsOf}. */
  isCutOff({ parents }: LoggedEvent): boolean {
    return parents.some((dot) => !this.#byDot.has(dot));
  }

  /** The dot of an event that is not here, and that one or what it had seen replaced. */
  missingBefore(event: LoggedEvent): string | undefined {
    const named = this.seenBy(event).flatMap(({ parents }) => parents);
    return named.find((dot) => !this.#byDot.has(dot));
  }

  /** An event with all that it had seen of the row, in the order of arrival. */
  seenBy(event: LoggedEvent): readonly LoggedEvent[] {
    const seen = new Set<LoggedEvent>();
    const open = [event];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...this.parentsOf(next));
    }
    return this.events.filter((other) => seen.has(other));
  }

  /** The last event that all of some had seen and that wrote a cell: what they started from. */
  baseOf(events: readonly LoggedEvent[], cell: string): LoggedEvent | undefined {
    const [first, ...others] = events.map((event) => new Set(this.seenBy(event)));
    return this.events.findLast(
      (event) =>
        first?.has(event) === true &&
        others.every((seen) => seen.has(event)) &&
        !events.includes(event) &&
        this.covers(event, cell),
    );
  }
}

interface Share {
  readonly version: number;
  readonly value: bigint;
}

const isLater = (a: Share, b: Share) =>
  a.version > b.version || (a.version === b.version && a.value > b.value);

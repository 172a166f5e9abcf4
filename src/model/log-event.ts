import type { Change } from './change.js';
import type { SqlValue } from './value.js';

/**
 * An event of a row's history as the value of a change carries it, as JSON with short names. The change has the rest: the
 * row, its causal length after the event, and the dot, under which all sites know the event.
 */
export interface LogEvent {
  /** The writer's clock, in milliseconds since 1970. */
  readonly t: number;
  /** Of an event that created the row: the version of all cells that have none of their own. */
  readonly r?: number;
  /** Cells by column: version as on the wire (null: the row's), and value, as src/tables/log/text.ts writes it. */
  readonly c?: Readonly<Record<string, readonly [version: number | null, value: string]>>;
  /** Dots of the events that it replaced: db_version, seq, and the site in hex unless it is the writer. */
  readonly p?: readonly (readonly [dbVersion: number, seq: number, site?: string])[];
  /**
   * The latest event of each site that was pruned where this one comes from and that it replaced, as {@link p}: it replaced
   * all that this site had written to the row before, too.
   */
  readonly b?: LogEvent['p'];
  /** Who made the transaction, and why. */
  readonly a?: string;
  readonly m?: string;
  /** The transaction that it takes back: db_version, and the site in hex unless it is the writer. */
  readonly u?: readonly [dbVersion: number, site?: string];
}

const MOST_PARENTS = 4096;
const MOST_CHARACTERS = 4096;

export const encodeEvent = (event: LogEvent): string => JSON.stringify(event);

/** Reads the value of an event's change; a text says what is wrong with it. */
export function decodeEvent({ val, cl, col_version, seq }: Change): LogEvent | string {
  if (typeof val !== 'string') return 'its value is not a text';
  let event: LogEvent;
  try {
    event = JSON.parse(val) as LogEvent;
  } catch {
    return 'its value is not JSON';
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return 'its value is not an object';
  }
  const { t, r, c, p, b, a, m, u } = event;
  if (!isVersion(t)) return 'it has no time';
  if (r !== undefined && !isVersion(r)) return 'its row version is not a version';
  if (c !== undefined && (typeof c !== 'object' || c === null || Array.isArray(c))) {
    return 'its cells are not an object';
  }
  if (cl % 2 === 0 && (r !== undefined || c !== undefined))
    return 'it deletes the row and has cells';
  if (cl % 2 === 1 && r === undefined && Object.keys(c ?? {}).length === 0)
    return 'it writes nothing';
  for (const cell of Object.values(c ?? {})) {
    if (!Array.isArray(cell) || cell.length !== 2 || typeof cell[1] !== 'string') {
      return 'a cell is not a version and a value';
    }
    if (cell[0] === null ? r === undefined : !isVersion(cell[0])) return 'a cell has no version';
  }
  for (const dots of [p, b]) {
    if (dots !== undefined && (!Array.isArray(dots) || dots.length > MOST_PARENTS)) {
      return `its parents are not a list of at most ${MOST_PARENTS}`;
    }
    for (const parent of dots ?? []) {
      if (!Array.isArray(parent) || !isVersion(parent[0]) || !isVersion(parent[1])) {
        return 'a parent is not a dot';
      }
      const [version, parentSeq, site] = parent as [number, number, unknown];
      if (site === undefined) {
        if (version > col_version || (version === col_version && parentSeq >= seq)) {
          return 'a parent by the same site is not older';
        }
      } else if (!isSiteOrNone(site)) {
        return 'a parent is by no site';
      }
    }
  }
  if (u !== undefined && !(Array.isArray(u) && isVersion(u[0]) && isSiteOrNone(u[1]))) {
    return 'what it takes back is no transaction';
  }
  for (const words of [a, m]) {
    if (words !== undefined && (typeof words !== 'string' || words.length > MOST_CHARACTERS)) {
      return `author and message are texts of at most ${MOST_CHARACTERS} characters`;
    }
  }
  return event;
}

const isSiteOrNone = (site: unknown): boolean =>
  site === undefined || (typeof site === 'string' && /^[0-9a-f]{32}$/.test(site));

const isVersion = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/** The columns that an event wrote; none if it is malformed, which the merge refuses. */
export function columnsOfEvent(change: Change): readonly string[] {
  const event = decodeEvent(change);
  return typeof event === 'string' ? [] : Object.keys(event.c ?? {});
}

/** The event without its cells in some columns; none if it wrote nothing else. */
export function withoutCells(change: Change, columns: readonly string[]): Change[] {
  const event = decodeEvent(change) as LogEvent;
  const c = Object.fromEntries(
    Object.entries(event.c ?? {}).filter(([name]) => !columns.includes(name)),
  );
  if (event.r === undefined && Object.keys(c).length === 0) return [];
  return [{ ...change, val: encodeEvent({ ...event, c }) }];
}

/** The sites that the value of an event names, in hex, before it is validated: the writers of its parents, perhaps others. */
export const sitesNamedBy = (val: SqlValue): readonly string[] =>
  typeof val === 'string' ? (val.match(/(?<=")[0-9a-f]{32}(?=")/g) ?? []) : [];

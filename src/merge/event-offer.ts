import { fits, versionFromWire } from '../columns/versions.js';
import type { Change } from '../model/change.js';
import { decodeEvent, type LogEvent } from '../model/log-event.js';
import {
  type ReplicatedColumnSpec,
  replicatedColumns,
  type TableSpec,
} from '../model/table-spec.js';
import { bytesToHex, type SqlValue } from '../model/value.js';
import { parseValueText } from '../tables/log/text.js';

/**
 * An event of a batch, as it goes into the log. Thousands of them are kept until the batch is planned, so they have nothing of
 * the JSON that they were read from but its values.
 */
export interface EventOffer {
  readonly key: readonly SqlValue[];
  readonly change: Change;
  readonly time: number;
  readonly rowVersion: number | undefined;
  readonly parents: Dots;
  readonly pruned: Dots;
  readonly commit: EventCommit | undefined;
  /** The columns that it wrote, as indexes among the replicated ones. */
  readonly columns: readonly number[];
  /** Of each of them; null: the row's. */
  readonly versions: readonly (number | null)[];
  readonly values: readonly SqlValue[];
  /** JSON of the cells of columns that this schema lacks, or that merge in another way here. */
  readonly others: string | undefined;
}

export type Dots = NonNullable<LogEvent['p']>;

/** Who made the transaction, and why, and which one it takes back. */
interface EventCommit {
  readonly author: string | undefined;
  readonly message: string | undefined;
  readonly reverts: LogEvent['u'] | undefined;
}

const NO_DOTS: Dots = [];

/** Reads the event of a change; a text says why no honest site could have sent it. */
export function offerEvent(
  spec: TableSpec,
  change: Change,
  key: readonly SqlValue[],
): EventOffer | string {
  const event = decodeEvent(change);
  if (typeof event === 'string') return event;
  const found = columnsOf(spec);
  const columns: number[] = [];
  const versions: (number | null)[] = [];
  const values: SqlValue[] = [];
  let others: Record<string, readonly [number | null, string]> | undefined;
  const { t, r, c = {}, p = NO_DOTS, b = NO_DOTS, a, m, u } = event;
  for (const name of Object.keys(c)) {
    const cell = c[name]!;
    const version = cell[0];
    const value = parseValueText(cell[1]);
    if (value === undefined) return 'the value of a cell is malformed';
    const place = found.get(name);
    if (place === undefined || (version !== null && !fits(place.column, version))) {
      others ??= {};
      others[name] = cell;
      continue;
    }
    columns.push(place.index);
    versions.push(version === null ? null : versionFromWire(place.column, version));
    values.push(value);
  }
  return {
    key,
    change,
    time: t,
    rowVersion: r,
    parents: p,
    pruned: b,
    commit:
      a === undefined && m === undefined && u === undefined
        ? undefined
        : { author: a, message: m, reverts: u },
    columns,
    versions,
    values,
    others: others && JSON.stringify(others),
  };
}

interface FoundColumn {
  readonly column: ReplicatedColumnSpec;
  readonly index: number;
}

const known = new WeakMap<TableSpec, ReadonlyMap<string, FoundColumn>>();

function columnsOf(spec: TableSpec): ReadonlyMap<string, FoundColumn> {
  let columns = known.get(spec);
  if (columns === undefined) {
    columns = new Map(
      replicatedColumns(spec).map((column, index) => [column.name, { column, index }]),
    );
    known.set(spec, columns);
  }
  return columns;
}

/** The events of a row once each, and parents before their children. */
export function inCausalOrder(offers: readonly EventOffer[]): readonly EventOffer[] {
  if (offers.length === 1) return offers;
  const byDot = new Map<string, EventOffer>();
  for (const offer of offers) {
    const { site_id, col_version, seq } = offer.change;
    byDot.set(`${bytesToHex(site_id)} ${col_version} ${seq}`, offer);
  }
  const done = new Set<EventOffer>();
  const ordered: EventOffer[] = [];
  for (const offer of byDot.values()) {
    // A stack of its own: a row may have many thousands of events in one batch.
    const stack: { offer: EventOffer; next: number }[] = [{ offer, next: 0 }];
    if (done.has(offer)) continue;
    done.add(offer);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const parent = top.offer.parents[top.next++];
      if (parent === undefined) {
        ordered.push(top.offer);
        stack.pop();
        continue;
      }
      const [version, seq, site = bytesToHex(top.offer.change.site_id)] = parent;
      const found = byDot.get(`${site} ${version} ${seq}`);
      if (found === undefined || done.has(found)) continue;
      done.add(found);
      stack.push({ offer: found, next: 0 });
    }
  }
  return ordered;
}

import { fits, versionFromWire } from '../columns/versions.js';
import type { Change } from '../model/change.js';
import { decodeEvent, type LogEvent } from '../model/log-event.js';
import {
  type ReplicatedColumnSpec,
  replicatedColumns,
  type TableSpec,
} from '../model/table-spec.js';
import { bytesToHex, hexToBytes, type SqlValue } from '../model/value.js';
import { parseValueText } from '../tables/log/text.js';

/** An event of a batch, as it goes into the log. */
export interface EventOffer {
  readonly key: readonly SqlValue[];
  readonly change: Change;
  readonly event: LogEvent;
  /** By the index among the replicated columns; version undefined: the row's. */
  readonly cells: ReadonlyMap<
    number,
    { readonly version: number | undefined; readonly value: SqlValue }
  >;
  /** JSON of the cells of columns that this schema lacks, or that merge in another way here. */
  readonly others: string | undefined;
}

/** Reads the event of a change; a text says why no honest site could have sent it. */
export function offerEvent(
  spec: TableSpec,
  change: Change,
  key: readonly SqlValue[],
): EventOffer | string {
  const event = decodeEvent(change);
  if (typeof event === 'string') return event;
  const columns = columnsOf(spec);
  const cells = new Map<number, { version: number | undefined; value: SqlValue }>();
  const others: Record<string, readonly [number | null, string]> = {};
  for (const [name, cell] of Object.entries(event.c ?? {})) {
    const [version, text] = cell;
    const value = parseValueText(text);
    if (value === undefined) return 'the value of a cell is malformed';
    const found = columns.get(name);
    if (found === undefined || (version !== null && !fits(found.column, version))) {
      others[name] = cell;
      continue;
    }
    const inside = version === null ? undefined : versionFromWire(found.column, version);
    cells.set(found.index, { version: inside, value });
  }
  const hasOthers = Object.keys(others).length > 0;
  return { key, change, event, cells, others: hasOthers ? JSON.stringify(others) : undefined };
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
      const parent = top.offer.event.p?.[top.next++];
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

/** One object for each site, because ordinals are looked up by it. */
export class SitesOfParents {
  readonly #sites = new Map<string, Uint8Array>();

  add({ p = [], b = [], u }: LogEvent): void {
    for (const site of [...[...p, ...b].map(([, , site]) => site), u?.[1]]) {
      if (site !== undefined && !this.#sites.has(site)) this.#sites.set(site, hexToBytes(site));
    }
  }

  get all(): readonly Uint8Array[] {
    return [...this.#sites.values()];
  }

  of(site: string): Uint8Array | undefined {
    return this.#sites.get(site);
  }
}

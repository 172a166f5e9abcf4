import { RowHistory } from '../feed/row-history.js';
import { unpackKey } from '../model/packed-key.js';
import { textOfRow } from '../model/row-id.js';
import type { SitesOfPage } from '../model/site.js';
import type { TableSpec } from '../model/table-spec.js';
import { bytesToHex } from '../model/value.js';
import { readPruneState } from '../tables/log/prune.js';
import { type NotedHead, readEvents, readNotedHeads } from '../tables/log/query.js';
import type { LoggedEvent } from '../tables/log/read.js';
import type { Connection } from './connection.js';
import type { SiteStore } from './site-store.js';

/** All that is known of some rows, by {@link textOfRow}, at one moment. */
export interface RowsWithHistory {
  readonly dbVersion: number;
  readonly sites: SitesOfPage;
  readonly rows: ReadonlyMap<string, RowWithHistory>;
}

export interface RowWithHistory {
  readonly spec: TableSpec;
  readonly pk: Uint8Array;
  readonly history: RowHistory;
  /** The table's past before this db_version is not known. */
  readonly horizon: number;
}

/** Reads the events of rows. */
export async function readRowHistories(
  connection: Connection,
  sites: SiteStore,
  wanted: readonly { readonly spec: TableSpec; readonly pk: Uint8Array }[],
): Promise<RowsWithHistory> {
  const found = wanted.map((row) => ({
    ...row,
    events: [] as LoggedEvent[],
    noted: [] as NotedHead[],
  }));
  const horizons = new Map<string, number>();
  const specs = new Set(wanted.map(({ spec }) => spec));
  const states = [...specs].map((spec) =>
    readPruneState(spec, ({ version }) => horizons.set(spec.name, version)),
  );
  const queries = found.flatMap(({ spec, pk, events, noted }) => {
    const key = unpackKey(pk);
    return [
      readEvents(spec, { key }, ({ event }) => events.push(event)),
      readNotedHeads(spec, key, (head) => noted.push(head)),
    ];
  });
  return sites.read(connection, [...states, ...queries], [], (state, pageSites) => {
    for (const { events } of found) for (const { site } of events) pageSites.idOf(site);
    return {
      dbVersion: state.dbVersion,
      sites: pageSites,
      rows: new Map(
        found.map(({ spec, pk, events, noted }) => [
          textOfRow({ table: spec.name, pk }),
          {
            ...{ spec, pk, horizon: horizons.get(spec.name)! },
            history: new RowHistory(spec, events, noted),
          },
        ]),
      ),
    };
  });
}

/** The name of an event for people and programs: site in hex, db_version and seq; of nobody's event its place in the log. */
export function nameOfEvent(event: LoggedEvent, sites: SitesOfPage): string {
  const { site, dbVersion, seq, id } = event;
  return seq === undefined ? `local:${id}` : `${bytesToHex(sites.idOf(site))}:${dbVersion}:${seq}`;
}

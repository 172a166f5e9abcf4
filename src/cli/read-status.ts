import { listDrafts } from '../database/draft-store.js';
import { holdBackOf, knownPeers, PEER_EXPIRY_MS } from '../database/hold-back.js';
import type { Peer } from '../database/peers.js';
import { run } from '../database/run.js';
import { checkDatabase } from '../migrate/check.js';
import { constrainedTables } from '../model/constraints.js';
import type { Query } from '../sql/statement.js';
import { countAside } from '../tables/aside/conflicts.js';
import { listParkedRejected } from '../tables/aside/rejected.js';
import type { KnownPeer } from '../tables/peer/holdback.js';
import { listRejected } from '../tables/pending/rejected.js';
import {
  countBookkeepingBytes,
  countEvents,
  countLogBytes,
  countRows,
  type LogCounts,
  type TableCounts,
} from '../tables/statistics.js';
import type { Io } from './io.js';
import { type OpenCrrs, withCrrs } from './open-database.js';
import type { DatabaseOptions } from './options.js';
import { summarize } from './render/differences.js';

export interface Status {
  /** The address of the database, as text for people. */
  readonly address: string;
  readonly siteId: Uint8Array;
  readonly version: number;
  /** Changes that wait for their table, column or row. */
  readonly pending: number;
  /** Rows that the database rejects, parked or not. */
  readonly rejected: number;
  /** Size of the bookkeeping; undefined if the database cannot measure it. */
  readonly bookkeepingBytes: number | undefined;
  /** How many differences `check` finds. */
  readonly differences: number;
  readonly tables: readonly TableStatus[];
  readonly peers: readonly Peer[];
  /** Deletes up to this db_version were forgotten; 0 = none. */
  readonly horizon: number;
  /** The peers that lack the most deletes, if there are tombstones. */
  readonly heldBackBy: readonly KnownPeer[];
  /** Drafts, with how many rows each has written. */
  readonly drafts: readonly { readonly name: string; readonly rows: number }[];
}

export interface TableStatus {
  readonly name: string;
  /** Undefined if the table or its clock table is not there. */
  readonly counts: TableCounts | undefined;
  /** Rows that are merged and not shown, and rows that show something else than a value. */
  readonly parked: number;
  readonly masked: number;
  /** Of a table with history. */
  readonly log?: LogStatus | undefined;
}

export interface LogStatus extends LogCounts {
  /** Undefined if the database cannot measure it. */
  readonly bytes: number | undefined;
}

export const readStatus = (io: Io, options: DatabaseOptions): Promise<Status> =>
  withCrrs(io, options, statusOf, { drift: 'allow' });

export async function statusOf({ db, address, schema, connection }: OpenCrrs): Promise<Status> {
  const { $crr: crr } = db;
  const { siteId, version, horizon } = await crr.transport.state();
  const differences = await checkDatabase(connection, schema);
  const absent = new Set(
    differences.filter(({ kind }) => UNCOUNTABLE.has(kind)).map(({ table }) => table),
  );
  const names = [...schema.tables.keys()];
  const countable = names.filter((name) => !absent.has(name));
  const counts = new Map<string, TableCounts>();
  const queries = countable.map((name) => countRows(name, (found) => counts.set(name, found)));
  const aside = new Map<string, { readonly parked: number; readonly masked: number }>();
  const constrained = constrainedTables(schema).filter(({ name }) => !absent.has(name));
  for (const spec of constrained) {
    queries.push(countAside(spec, (found) => aside.set(spec.name, found)));
  }
  const logs = new Map<string, LogCounts>();
  const logged = [...schema.tables.values()].filter(
    ({ name, history }) => history && !absent.has(name),
  );
  for (const spec of logged) {
    queries.push(countEvents(spec, (found) => logs.set(spec.name, found)));
  }
  let rejected = 0;
  queries.push(listRejected(() => rejected++));
  queries.push(...constrained.map((spec) => listParkedRejected(spec, () => rejected++)));
  await run(connection, queries, 'read');
  const bytes = new Map<string, number>();
  const logBytes = logged.map((spec) =>
    countLogBytes(spec, (found) => bytes.set(spec.name, found)),
  );
  await runIfMeasurable(connection, logBytes);
  return {
    address: address.shown,
    siteId,
    version,
    pending: await crr.pendingCount(),
    rejected,
    bookkeepingBytes: await bookkeepingBytes(connection),
    differences: summarize(differences).length,
    tables: names.map((name) => ({
      name,
      counts: counts.get(name),
      ...(aside.get(name) ?? { parked: 0, masked: 0 }),
      ...(logs.has(name) && { log: { ...logs.get(name)!, bytes: bytes.get(name) } }),
    })),
    peers: await crr.transport.peers(),
    horizon,
    heldBackBy: await heldBackBy(connection, version),
    drafts: await listDrafts(connection),
  };
}

/** With the default `peerExpiry`. */
async function heldBackBy(connection: OpenCrrs['connection'], dbVersion: number) {
  const { version, by } = holdBackOf(await knownPeers(connection), PEER_EXPIRY_MS);
  return version !== undefined && version < dbVersion ? by : [];
}

const UNCOUNTABLE: ReadonlySet<string> = new Set([
  'table-missing',
  'not-a-crr',
  'clock-missing',
  'aside-missing',
]);

async function bookkeepingBytes(connection: OpenCrrs['connection']): Promise<number | undefined> {
  let bytes: number | undefined;
  const query = countBookkeepingBytes((found) => {
    bytes = found;
  });
  await runIfMeasurable(connection, [query]);
  return bytes;
}

async function runIfMeasurable(
  connection: OpenCrrs['connection'],
  queries: readonly Query[],
): Promise<void> {
  try {
    await run(connection, queries, 'read');
  } catch (error) {
    // SQLite may be built without dbstat, and a host may not allow it.
    if (!/dbstat|not authorized/.test(String(error))) throw error;
  }
}

import { RowSet } from '../../model/row-id.js';
import type { TableSpec } from '../../model/table-spec.js';
import { schemaFingerprint } from '../fingerprint.js';
import { peerTag } from '../peer-tag.js';
import { HAS_ROWS, MAX_PROBE } from '../protocol.js';
import {
  type Cursor,
  deletesKnown,
  forgetEvicted,
  type HiddenRow,
  listSharedRows,
  type Peer,
  type PeerProgress,
  readSentToServers,
  type Site,
  sinceOf,
  tellClients,
} from '../site.js';
import type { SyncRefusal } from '../wire/sync-refusal.js';
import type { HttpConnection } from './http-connection.js';
import { parts } from './probe-parts.js';
import { START } from './round.js';

/** The code of rows that are kept here with edits that the server does not get, because it has no such row. */
export const FORGOTTEN = 'CRR_CHANGE_FORGOTTEN';

export interface ReconcileOptions {
  readonly site: Site;
  readonly connection: HttpConnection;
  readonly tables: readonly string[] | undefined;
  /** The server, if this database has read from it before. */
  readonly peer: Peer | undefined;
  readonly signal: AbortSignal;
}

/**
 * After the server has forgotten deletes that this database does not know of: drops the rows that the server does not have
 * any more. A row with edits that were not sent stays, and its edits are refused.
 *
 * @returns whether anything was done that may help.
 */
export async function reconcile(
  { details }: SyncRefusal,
  options: ReconcileOptions,
): Promise<boolean> {
  const { site, peer, tables } = options;
  const { horizon, birth, siteId = peer?.siteId } = details;
  if (horizon === undefined || birth === undefined || siteId === undefined) return false;
  const server = { siteId, tag: peerTag(tables) };
  await site.merge([], { peer: { ...server, birth } });
  const { cursor, skip } = peer?.received ?? START;
  if (peer !== undefined && deletesKnown(cursor) >= horizon) return true;
  const sent = peer === undefined ? await sentToOthers(site) : (peer.sent ?? START);
  for (const spec of site.schema.tables.values()) {
    if (tables !== undefined && !tables.includes(spec.name)) continue;
    await reconcileTable(spec, siteId, sent, options);
    await site.write(forgetEvicted(spec));
  }
  // Before it is noted here that this is done. If it fails until then, all of it is done once more.
  await site.write(tellClients());
  await site.merge([], {
    peer: {
      ...server,
      url: options.connection.url,
      filter: peer?.filter ?? HAS_ROWS,
      receipt: peer?.receipt ?? '',
      received: { cursor: knowing(cursor, horizon), skip },
      sent: peer?.sent ?? START,
    },
  });
  return true;
}

/** A server that was never met may have taken the place of others. What those have of this database, it has had. */
async function sentToOthers(site: Site): Promise<PeerProgress> {
  let version = 0;
  const query = readSentToServers((found) => {
    version = found;
  });
  await site.query([query]);
  return { cursor: version, skip: [] };
}

/** A cursor that contains how far the deletes are known. */
function knowing(cursor: number | Cursor, horizon: number): Cursor {
  const after = typeof cursor === 'number' ? { db_version: cursor } : cursor.after;
  return { since: sinceOf(cursor), after: { ...after, horizon } };
}

async function reconcileTable(
  spec: TableSpec,
  server: Uint8Array,
  sent: PeerProgress,
  options: ReconcileOptions,
): Promise<void> {
  const { site, peer } = options;
  // The server never had them.
  const refused = new RowSet(peer?.refused);
  const versions = { sent: sinceOf(sent.cursor), skip: sent.skip };
  let after: string | undefined;
  for (;;) {
    const rows: { readonly pk: Uint8Array; readonly rowid: string }[] = [];
    await site.query([listSharedRows(spec, versions, after, MAX_PROBE, (row) => rows.push(row))]);
    const shared = rows
      .map(({ pk }) => ({ table: spec.name, pk }))
      .filter((row) => !refused.has(row));
    for (const probe of parts(shared)) {
      await drop(await ask(probe, server, options), sent, server, options);
    }
    if (rows.length < MAX_PROBE) return;
    after = rows.at(-1)!.rowid;
  }
}

async function ask(
  probe: readonly HiddenRow[],
  to: Uint8Array,
  { site, connection, tables, signal }: ReconcileOptions,
): Promise<readonly HiddenRow[]> {
  const { siteId } = await site.state();
  const schema = schemaFingerprint(site.schema);
  const { gone = [] } = await connection.exchange({ siteId, schema, to, tables, probe }, signal);
  return gone;
}

async function drop(
  gone: readonly HiddenRow[],
  sent: PeerProgress,
  siteId: Uint8Array,
  { site, tables }: ReconcileOptions,
): Promise<void> {
  if (gone.length === 0) return;
  const add = gone.map((row) => ({ ...row, code: FORGOTTEN, rights: '' }));
  await site.merge([], {
    // Only those that stay are remembered as refused.
    peer: { siteId, tag: peerTag(tables), refused: { add, remove: [], offer: [] } },
    evict: { rows: gone.map((row) => ({ ...row, isGone: true })), sent },
  });
}

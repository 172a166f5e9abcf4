import { findDeleted } from '../merge/find-deleted.js';
import { EVENT, SENTINEL } from '../model/change.js';
import { unpackKey } from '../model/packed-key.js';
import { keysByTable, type RowId, RowSet } from '../model/row-id.js';
import type { CrrSchema } from '../model/schema.js';
import { replicatedColumns } from '../model/table-spec.js';
import { type ChangeStream, deletesKnown, type ReadPage } from './change-stream.js';
import type { Connection } from './connection.js';
import type { FeedOptions } from './feed.js';
import type { Peer } from './peers.js';
import { run } from './run.js';

/** A row of which a peer lacks something. Columns have the names of the database. */
export interface UnsentKey {
  readonly table: string;
  readonly pk: Uint8Array;
  readonly columns: readonly string[];
  readonly deleted: boolean;
  /** Why the peer has refused the row; undefined if it was not offered yet. */
  readonly refused: string | undefined;
}

/** The peer that lacks something. A site that was never met lacks everything. */
export type UnsentPeer = Partial<Pick<Peer, 'siteId' | 'sent' | 'refused'>>;

export interface UnsentFilter {
  /** Names in the database; undefined = all. */
  readonly tables?: readonly string[] | undefined;
  /** The most rows to list. */
  readonly limit: number;
}

interface UnsentParts {
  readonly connection: Connection;
  readonly schema: CrrSchema;
  /** Deletes up to this db_version may have been forgotten: whoever has read less gets everything again. */
  readonly horizon: number;
  readonly read: (options: FeedOptions) => ChangeStream<ReadPage>;
}

/** Lists the rows of which a peer lacks something: those that it has refused, then the others as they were written. */
export async function readUnsent(
  parts: UnsentParts,
  peer: UnsentPeer,
  { tables, limit }: UnsentFilter,
): Promise<UnsentKey[]> {
  const isListed = ({ table }: RowId) => tables?.includes(table) ?? true;
  const unsent = new RowSet<UnsentKey>(
    await refusedRows(parts, peer.refused?.filter(isListed) ?? [], limit),
  );
  const { sent, siteId } = peer;
  const knows = sent !== undefined && deletesKnown(sent.cursor) >= parts.horizon;
  const pages = parts.read({
    since: knows ? sent.cursor : 0,
    skip: knows ? sent.skip : [],
    excludeSite: siteId,
    tables,
  });
  for await (const { changes } of pages) {
    // A page has all changes of a row.
    const found = new RowSet<RowId & { readonly columns: Set<string>; readonly cl: number }>();
    for (const { table, pk, cid, cl } of changes) {
      found.add({ table, pk, columns: new Set(), cl });
      if (cid !== SENTINEL && cid !== EVENT) found.get({ table, pk })!.columns.add(cid);
    }
    for (const { table, pk, columns, cl } of found.values()) {
      const { refused } = unsent.get({ table, pk }) ?? {};
      const deleted = cl % 2 === 0;
      // Of a row that was refused, everything is sent again.
      if (refused !== undefined && !deleted) continue;
      unsent.set({ table, pk, columns: [...columns], deleted, refused });
    }
    if (unsent.size >= limit) break;
  }
  return unsent.values().slice(0, limit);
}

/** Rows that were refused count as sent, and the peer lacks all of them. */
async function refusedRows(
  { connection, schema }: UnsentParts,
  refused: NonNullable<UnsentPeer['refused']>,
  limit: number,
): Promise<UnsentKey[]> {
  const known = refused.filter((row) => isRowOf(schema, row)).slice(0, limit);
  const deleted = new RowSet();
  const queries = [...keysByTable(known)].flatMap(([table, pks]) =>
    findDeleted(schema.tables.get(table)!, pks, {
      limits: connection,
      found: (index) => deleted.add({ table, pk: pks[index]! }),
    }),
  );
  if (queries.length > 0) await run(connection, queries, 'read');
  return known.map(({ table, pk, code }) => {
    const isDeleted = deleted.has({ table, pk });
    const columns = replicatedColumns(schema.tables.get(table)!).map(({ name }) => name);
    return { table, pk, columns: isDeleted ? [] : columns, deleted: isDeleted, refused: code };
  });
}

/** A server may have refused what it likes. */
function isRowOf({ tables }: CrrSchema, { table, pk }: RowId): boolean {
  try {
    return unpackKey(pk).length === tables.get(table)?.key.length;
  } catch {
    return false;
  }
}

import { unpackKey } from '../model/packed-key.js';
import { keysByTable, type RowId } from '../model/row-id.js';
import type { CrrSchema } from '../model/schema.js';
import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import type { Statement } from '../sql/statement.js';
import {
  addRefused,
  offerAgain,
  removeRefused,
  takeVersionToOfferAgain,
} from '../tables/refused/table.js';
import type { PeerUpdate } from './peers.js';

/** A row that a peer refused to take. */
export interface PeerRefusal extends RowId {
  /** Why: a CRR_CHANGE_ code. */
  readonly code: string;
  /** Fingerprint of what this database might write then. */
  readonly rights: string;
}

/** What an exchange with a peer means for the rows that it refuses. */
export interface RefusalUpdate {
  /** Rows that were refused. */
  readonly add: readonly PeerRefusal[];
  /** Rows that the peer has taken. */
  readonly remove: readonly RowId[];
  /** Rows that are to be sent again. */
  readonly offer: readonly RowId[];
}

const ROWS_PER_STATEMENT = 500;

/** The statements that remember which rows a peer refuses. */
export function refusalStatements(update: PeerUpdate | undefined, schema: CrrSchema): Statement[] {
  if (update?.refused === undefined) return [];
  const { add, remove } = update.refused;
  const peer = { siteId: update.siteId, tag: update.tag ?? '' };
  const statements: Statement[] = [];
  for (const [table, all] of keysByTable(remove)) {
    for (let i = 0; i < all.length; i += ROWS_PER_STATEMENT) {
      statements.push(removeRefused(peer, table, all.slice(i, i + ROWS_PER_STATEMENT)));
    }
  }
  for (const row of add) {
    const found = rowOf(row, schema);
    if (found !== undefined) statements.push(addRefused(peer, found.spec, { ...row, ...found }));
  }
  return statements;
}

/** The statements that make rows be sent again. They take a db_version. */
export function offerStatements(update: PeerUpdate | undefined, schema: CrrSchema): Statement[] {
  const rows = (update?.refused?.offer ?? []).flatMap((row) => rowOf(row, schema) ?? []);
  if (rows.length === 0) return [];
  return [takeVersionToOfferAgain(), ...rows.map(({ spec, key }) => offerAgain(spec, key))];
}

/** A row of a table that is gone by now, or whose key has changed, is none to be sent. */
function rowOf(
  { table, pk }: RowId,
  schema: CrrSchema,
): { readonly spec: TableSpec; readonly key: readonly SqlValue[] } | undefined {
  const spec = schema.tables.get(table);
  if (spec === undefined) return undefined;
  const key = unpackKey(pk);
  return key.length === spec.key.length ? { spec, key } : undefined;
}

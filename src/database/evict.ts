import { CrrChangeError } from '../errors.js';
import { unpackKey } from '../model/packed-key.js';
import type { CrrSchema } from '../model/schema.js';
import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import { type Statement, statement } from '../sql/statement.js';
import { evictRow } from '../tables/evict.js';
import { KEEP_CELLS_SQL, silenceStatement } from '../tables/state/table.js';
import { sentVersion } from './change-stream.js';
import type { PeerProgress } from './peers.js';

/**
 * Rows that this database may not see any more. They are dropped with their clocks, unless
 * something was written to them here that was not sent yet.
 */
export interface Evict {
  readonly rows: readonly EvictedRow[];
  /** What is newer than this, and not in `skip`, was not sent yet. */
  readonly sent: PeerProgress;
}

export interface EvictedRow {
  readonly table: string;
  readonly pk: Uint8Array;
  /** Everything that was written to the row up to this db_version was sent, whatever the progress is. */
  readonly sentTo?: number | undefined;
  /** From this db_version on, what was sent of the row was refused, so no peer has it. */
  readonly refusedFrom?: number | undefined;
}

/**
 * The statements that drop rows with their clocks, as if this database had never had them. Write triggers
 * do nothing meanwhile, so none of this reaches the change feed.
 */
export function evictStatements(evict: Evict | undefined, schema: CrrSchema): Statement[] {
  if (evict === undefined || evict.rows.length === 0) return [];
  const { cursor, skip } = evict.sent;
  const sent = sentVersion(cursor);
  const statements: Statement[] = [];
  for (const { table, pk, sentTo = 0, refusedFrom } of evict.rows) {
    const spec = schema.tables.get(table);
    if (spec === undefined) continue; // A table that only the peer has contains no rows here.
    const versions = { sent: Math.max(sent, sentTo), skip, refusedFrom };
    statements.push(...evictRow(spec, keyOfRow(spec, pk), versions));
  }
  return [
    statement(silenceStatement(true)),
    ...statements,
    statement(silenceStatement(false)),
    statement(KEEP_CELLS_SQL),
  ];
}

function keyOfRow(spec: TableSpec, pk: Uint8Array): SqlValue[] {
  const key = unpackKey(pk);
  if (key.length !== spec.key.length) {
    throw new CrrChangeError(
      'CRR_CHANGE_KEY_COUNT',
      `the key of "${spec.name}" has ${spec.key.length} columns, not ${key.length}`,
    );
  }
  return key;
}

import { CrrChangeError } from '../errors.js';
import { unpackKey } from '../model/packed-key.js';
import type { CrrSchema } from '../model/schema.js';
import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import { type Statement, statement } from '../sql/statement.js';
import { evictSql, silenceSql } from '../tables/evict.js';
import type { PeerProgress } from './peers.js';

/**
 * Rows that this database no longer gets to see. They are dropped with their clocks, unless
 * something was written to them here that was not sent yet.
 */
export interface Evict {
  readonly rows: readonly { readonly table: string; readonly pk: Uint8Array }[];
  /** What is newer than this, and not in `skip`, was not sent yet. */
  readonly sent: PeerProgress;
}

/**
 * The statements that drop rows with their clocks, so that this database is as if it had never
 * heard of them. Write triggers are silent meanwhile: nothing of it reaches the change feed.
 */
export function evictStatements(evict: Evict | undefined, schema: CrrSchema): Statement[] {
  if (evict === undefined || evict.rows.length === 0) return [];
  const { cursor, skip } = evict.sent;
  const sent = typeof cursor === 'number' ? cursor : cursor.since;
  const keys = new Map<TableSpec, SqlValue[][]>();
  for (const { table, pk } of evict.rows) {
    const spec = schema.tables.get(table);
    if (spec === undefined) continue; // A table that only the peer has holds no rows here.
    const key = unpackKey(pk);
    if (key.length !== spec.key.length) {
      throw new CrrChangeError(
        'CRR_CHANGE_KEY_COUNT',
        `the key of "${table}" has ${spec.key.length} columns, not ${key.length}`,
      );
    }
    const rows = keys.get(spec);
    if (rows === undefined) keys.set(spec, [key]);
    else rows.push(key);
  }
  const statements: Statement[] = [];
  for (const [spec, rows] of keys) {
    for (const key of rows) {
      for (const sql of evictSql(spec, sent, skip)) statements.push(statement(sql, key));
    }
  }
  return [statement(silenceSql(true)), ...statements, statement(silenceSql(false))];
}

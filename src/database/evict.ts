import { CrrChangeError } from '../errors.js';
import { referencesOf } from '../model/constraints.js';
import { unpackKey } from '../model/packed-key.js';
import type { CrrSchema } from '../model/schema.js';
import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import { type Statement, statement } from '../sql/statement.js';
import { openChildren } from '../tables/aside/evict.js';
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
  /** The peer has no such row: nothing is kept of it. */
  readonly isGone?: boolean | undefined;
  /** From this db_version on, what was sent of the row was refused, so no peer has it. */
  readonly refusedFrom?: number | undefined;
  /** Something of the row was refused, at a db_version that is not known. */
  readonly wasRefused?: boolean | undefined;
}

/** A sync says each time what to evict, which is mostly nothing. */
export const evictsRows = (evict: Evict | undefined): boolean =>
  evict !== undefined && evict.rows.length > 0;

/** The statements that evict rows outside of a merge. */
export function evictStatements(evict: Evict | undefined, schema: CrrSchema): Statement[] {
  const statements = evictWhileMerging(evict, schema);
  if (statements.length === 0) return [];
  return [statement(silenceStatement(true)), ...statements, statement(silenceStatement(false))];
}

/**
 * The statements that drop rows with their clocks, as if this database had never had them. Write triggers
 * must do nothing meanwhile, so none of this reaches the change feed.
 */
export function evictWhileMerging(evict: Evict | undefined, schema: CrrSchema): Statement[] {
  if (evict === undefined || evict.rows.length === 0) return [];
  const { cursor, skip } = evict.sent;
  const sent = sentVersion(cursor);
  const statements: Statement[] = [];
  for (const { table, pk, sentTo = 0, ...row } of evict.rows) {
    const spec = schema.tables.get(table);
    if (spec === undefined) continue; // A table that only the peer has contains no rows here.
    const versions = { ...row, sent: Math.max(sent, sentTo), skip };
    const key = keyOfRow(spec, pk);
    statements.push(...evictRow(spec, key, versions), ...openChildrenOf(spec, key, schema));
  }
  return [...statements, statement(KEEP_CELLS_SQL)];
}

/** What refers to the row has lost it, and nothing in the clocks shows that. */
function openChildrenOf(
  { name }: TableSpec,
  key: readonly SqlValue[],
  { tables }: CrrSchema,
): Statement[] {
  return [...tables.values()].flatMap((child) =>
    referencesOf(child)
      .filter(({ parent }) => parent === name)
      .map((reference) => openChildren(child, reference, key)),
  );
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

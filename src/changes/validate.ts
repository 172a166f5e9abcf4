import { CrrChangeError, type CrrChangeErrorCode } from '../errors.js';
import type { CrrSchema } from '../schema/read-schema.js';
import { MAX_KEY_COLUMNS } from '../schema/read-spec.js';
import type { ReplicatedColumnSpec, TableSpec } from '../schema/table-spec.js';
import { hasRowidKey } from '../sql/clock-table.js';
import { type Change, SENTINEL, SITE_ID_BYTES } from './change.js';
import { unpackKey } from './packed-key.js';
import { type SqlValue, storageClass } from './value.js';

/**
 * Checks one change against the schema and returns its key's values. Whatever a well-behaved
 * database could have sent passes, also for tables and columns that are not known here yet.
 *
 * @param index position of the change in its batch, for the message.
 * @param knownPk a packed key that was read before, and `knownKey`, what it held.
 * @throws {CrrChangeError} where no database could have sent it.
 */
export function validateChange(
  change: Change,
  schema: CrrSchema,
  index: number,
  knownPk?: Uint8Array,
  knownKey?: SqlValue[],
): SqlValue[] {
  const refuse = (code: CrrChangeErrorCode, message: string): never => {
    throw new CrrChangeError(code, message, index);
  };
  if (typeof change !== 'object' || change === null) {
    refuse('CRR_CHANGE_MALFORMED', 'it is not an object with the nine columns of a change');
  }
  const { table, pk, cid, val, col_version, db_version, site_id, cl, seq } = change;
  if (typeof table !== 'string' || typeof cid !== 'string') {
    refuse('CRR_CHANGE_MALFORMED', 'table and cid must be strings');
  }
  if (!(site_id instanceof Uint8Array) || site_id.length !== SITE_ID_BYTES) {
    refuse('CRR_CHANGE_SITE_ID', `site_id must be a Uint8Array of ${SITE_ID_BYTES} bytes`);
  }
  // Beyond 2^53 - 1 JavaScript loses versions silently; no clock comes near it honestly.
  for (const [name, version, least] of [
    ['col_version', col_version, 0],
    ['db_version', db_version, 0],
    ['seq', seq, 0],
    ['cl', cl, 1],
  ] as const) {
    if (!Number.isSafeInteger(version) || version < least) {
      refuse('CRR_CHANGE_VERSION', `${name} must be an integer from ${least} to 2^53 - 1`);
    }
  }
  if (storageClass(val) === undefined) {
    refuse(
      'CRR_CHANGE_VALUE',
      `a ${typeof val} cannot be a value of "${table}"."${cid}": expected null, bigint (INTEGER, int64), number (REAL), string (TEXT) or Uint8Array (BLOB)`,
    );
  }
  if (cid === SENTINEL && val !== null) {
    refuse('CRR_CHANGE_VALUE', `the sentinel of a row in "${table}" must have the value null`);
  }
  if (cid !== SENTINEL && cl % 2 === 0) {
    refuse(
      'CRR_CHANGE_MALFORMED',
      `a cell of a deleted row (cl ${cl}) in "${table}": a deleted row has a sentinel only`,
    );
  }
  if (!(pk instanceof Uint8Array)) {
    refuse('CRR_CHANGE_PACKED_KEY', 'pk must be a Uint8Array that holds a packed key');
  }
  const key = pk === knownPk && knownKey !== undefined ? knownKey : unpackAt(pk, index);
  if (key.includes(null)) {
    refuse('CRR_CHANGE_PACKED_KEY', `a key of "${table}" holds NULL, and key columns never do`);
  }
  const known = schema.tables.get(table);
  if (known === undefined && schema.plainTables.has(table)) {
    refuse(
      'CRR_CHANGE_NOT_A_CRR',
      `"${table}" is a plain table here: declare it with crrTable, or do not send its changes`,
    );
  }
  if (known !== undefined && key.length !== known.spec.key.length) {
    refuse(
      'CRR_CHANGE_KEY_COUNT',
      `the key of "${table}" has ${known.spec.key.length} columns, not ${key.length}`,
    );
  }
  if (known === undefined && key.length > MAX_KEY_COLUMNS) {
    refuse(
      'CRR_CHANGE_KEY_COUNT',
      `a key has at most ${MAX_KEY_COLUMNS} columns, not ${key.length}`,
    );
  }
  if (known !== undefined && cid !== SENTINEL && known.spec.key.some(({ name }) => name === cid)) {
    refuse(
      'CRR_CHANGE_MALFORMED',
      `"${table}"."${cid}" is a key column, which has no cell of its own`,
    );
  }
  if (known !== undefined) refuseImpossible(change, key, known.spec, refuse);
  return key;
}

/** What SQLite itself would refuse, and so no database with this schema could hold. */
function refuseImpossible(
  change: Change,
  key: readonly SqlValue[],
  spec: TableSpec,
  refuse: (code: CrrChangeErrorCode, message: string) => never,
): void {
  const { table, cid, val } = change;
  if (hasRowidKey(spec) && typeof key[0] !== 'bigint') {
    refuse(
      'CRR_CHANGE_VALUE',
      `the key of "${table}" is an INTEGER PRIMARY KEY, and this one holds ${storageClass(key[0])}`,
    );
  }
  const ofSite = spec.siteColumns.find(({ name }) => name === cid);
  if (ofSite !== undefined) refuseImpossibleCell(change, ofSite, refuse);
  if (val === null && spec.columns.some(({ name, notNull }) => notNull && name === cid)) {
    refuse('CRR_CHANGE_VALUE', `"${table}"."${cid}" is NOT NULL, and this value is null`);
  }
}

function refuseImpossibleCell(
  { table, cid, val, col_version }: Change,
  { kind, notNull }: ReplicatedColumnSpec,
  refuse: (code: CrrChangeErrorCode, message: string) => never,
): void {
  if (kind.type === 'counter' && typeof val !== 'bigint') {
    refuse(
      'CRR_CHANGE_VALUE',
      `"${table}"."${cid}" is a counter, which takes integers (bigint), and this value is ${storageClass(val)}`,
    );
  }
  const stands = col_version % 2 === 0;
  if (kind.type === 'mvr' && !stands && val !== null) {
    refuse(
      'CRR_CHANGE_VALUE',
      `an overwritten value of "${table}"."${cid}" (odd col_version) must be null`,
    );
  }
  if (kind.type === 'mvr' && stands && notNull && val === null) {
    refuse('CRR_CHANGE_VALUE', `"${table}"."${cid}" is NOT NULL, and this value is null`);
  }
}

function unpackAt(pk: Uint8Array, index: number): SqlValue[] {
  try {
    return unpackKey(pk);
  } catch (error) {
    if (error instanceof CrrChangeError) throw new CrrChangeError(error.code, error.message, index);
    throw error;
  }
}

import { CrrChangeError, type CrrChangeErrorCode } from '../errors.js';
import { type Change, EVENT, SENTINEL, SITE_ID_BYTES } from '../model/change.js';
import { MAX_KEY_COLUMNS } from '../model/limits.js';
import { unpackKey } from '../model/packed-key.js';
import type { CrrSchema } from '../model/schema.js';
import type { TableSpec } from '../model/table-spec.js';
import { type SqlValue, storageClass } from '../model/value.js';
import { hasRowidKey } from '../tables/clock/table.js';

/*
 * Checks the changes of a batch. Everything that an honest database can have sent passes, also for tables
 * and columns that are not known here yet. Every cell of a large batch goes through here: one
 * cheap test finds whether a change is valid, and the reason is worked out only if it is not.
 */

/** Whether a change is valid by itself, whatever the schema. */
export function isSoundChange(change: Change): boolean {
  return (
    typeof change === 'object' &&
    change !== null &&
    typeof change.table === 'string' &&
    typeof change.cid === 'string' &&
    change.pk instanceof Uint8Array &&
    change.site_id instanceof Uint8Array &&
    change.site_id.length === SITE_ID_BYTES &&
    isVersion(change.col_version) &&
    isVersion(change.db_version) &&
    isVersion(change.seq) &&
    isVersion(change.cl) &&
    change.cl > 0 &&
    storageClass(change.val) !== undefined &&
    (change.cid === SENTINEL ? change.val === null : change.cl % 2 === 1 || change.cid === EVENT)
  );
}

/** Beyond 2^53 - 1 JavaScript loses versions silently; no clock comes near it honestly. */
const isVersion = (value: number) => Number.isSafeInteger(value) && value >= 0;

/**
 * Reports why a change is not valid.
 *
 * @throws {CrrChangeError} always.
 */
export function refuseChange(change: Change, index: number): never {
  const refuse = refusal(index);
  if (typeof change !== 'object' || change === null) {
    refuse('CRR_CHANGE_MALFORMED', 'it is not an object with the nine columns of a change');
  }
  const { table, pk, cid, val, site_id, cl } = change;
  if (typeof table !== 'string' || typeof cid !== 'string') {
    refuse('CRR_CHANGE_MALFORMED', 'table and cid must be strings');
  }
  if (!(pk instanceof Uint8Array)) {
    refuse('CRR_CHANGE_PACKED_KEY', 'pk must be a Uint8Array that contains a packed key');
  }
  if (!(site_id instanceof Uint8Array) || site_id.length !== SITE_ID_BYTES) {
    refuse('CRR_CHANGE_SITE_ID', `site_id must be a Uint8Array of ${SITE_ID_BYTES} bytes`);
  }
  for (const name of ['col_version', 'db_version', 'seq', 'cl'] as const) {
    const least = name === 'cl' ? 1 : 0;
    if (!isVersion(change[name]) || change[name] < least) {
      refuse('CRR_CHANGE_VERSION', `${name} must be an integer from ${least} to 2^53 - 1`);
    }
  }
  if (storageClass(val) === undefined) {
    refuse(
      'CRR_CHANGE_VALUE',
      `a ${typeof val} cannot be a value of "${table}"."${cid}": expected null, bigint (INTEGER, int64), number (REAL), string (TEXT) or Uint8Array (BLOB)`,
    );
  }
  if (cid === SENTINEL) {
    refuse('CRR_CHANGE_VALUE', `the sentinel of a row in "${table}" must have the value null`);
  }
  return refuse(
    'CRR_CHANGE_MALFORMED',
    `a cell of a deleted row (cl ${cl}) in "${table}": a deleted row has only a sentinel`,
  );
}

/**
 * Checks a change's table and key against the schema, and returns the key's values.
 *
 * @param index position of the change in its batch, for the message.
 * @throws {CrrChangeError} if no database could have sent it.
 */
export function validateKey({ table, pk }: Change, schema: CrrSchema, index: number): SqlValue[] {
  const refuse = refusal(index);
  const key = unpackAt(pk, index);
  if (key.includes(null)) {
    refuse(
      'CRR_CHANGE_PACKED_KEY',
      `a key of "${table}" contains NULL, which key columns never do`,
    );
  }
  const spec = schema.tables.get(table);
  if (key.length === 0) {
    refuse('CRR_CHANGE_KEY_COUNT', `a key of "${table}" has no columns, but every key has one`);
  }
  if (spec === undefined) {
    if (schema.plainTables.has(table)) {
      refuse(
        'CRR_CHANGE_NOT_A_CRR',
        `"${table}" is a plain table here: declare it with crrTable, or do not send its changes`,
      );
    }
    if (key.length > MAX_KEY_COLUMNS) {
      refuse(
        'CRR_CHANGE_KEY_COUNT',
        `a key has at most ${MAX_KEY_COLUMNS} columns, not ${key.length}`,
      );
    }
    return key;
  }
  if (key.length !== spec.key.length) {
    refuse(
      'CRR_CHANGE_KEY_COUNT',
      `the key of "${table}" has ${spec.key.length} columns, not ${key.length}`,
    );
  }
  if (hasRowidKey(spec) && typeof key[0] !== 'bigint') {
    refuse(
      'CRR_CHANGE_VALUE',
      `the key of "${table}" is an INTEGER PRIMARY KEY, but this one is ${storageClass(key[0])}`,
    );
  }
  return key;
}

/**
 * Refuses a cell of a column that the schema does not have, if no database could have sent it.
 *
 * @throws {CrrChangeError} if it is a key column.
 */
export function validateUnknownCell({ table, cid }: Change, spec: TableSpec, index: number): void {
  if (!spec.key.some(({ name }) => name === cid)) return;
  refusal(index)(
    'CRR_CHANGE_MALFORMED',
    `"${table}"."${cid}" is a key column, which has no cell of its own`,
  );
}

/** Refuses a value for the reason that its column gives. */
export function refuseValue({ table, cid }: Change, reason: string, index: number): never {
  return refusal(index)('CRR_CHANGE_VALUE', `"${table}"."${cid}" ${reason}`);
}

/** Refuses an event that no database could have sent. */
export function refuseEvent({ table }: Change, reason: string, index: number): never {
  return refusal(index)('CRR_CHANGE_EVENT', `an event of "${table}": ${reason}`);
}

function refusal(index: number): (code: CrrChangeErrorCode, message: string) => never {
  return (code, message) => {
    throw new CrrChangeError(code, message, index);
  };
}

function unpackAt(pk: Uint8Array, index: number): SqlValue[] {
  try {
    return unpackKey(pk);
  } catch (error) {
    if (error instanceof CrrChangeError) throw new CrrChangeError(error.code, error.message, index);
    throw error;
  }
}

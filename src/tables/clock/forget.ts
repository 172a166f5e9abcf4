import type { TableSpec } from '../../model/table-spec.js';
import type { SqlValue } from '../../model/value.js';
import { all, block, list, statementText } from '../../sql/layout.js';
import { PENDING_TABLE } from '../../sql/names.js';
import { quoteText } from '../../sql/quote.js';
import { type Query, type Statement, statement } from '../../sql/statement.js';
import { cells } from '../cells/table.js';
import { SWEPT_VERSION } from '../milestone/table.js';
import { pendingKeys } from '../pending/table.js';
import { keyValues, keyWidth, readKey } from './read-key.js';
import { clock, clockKeys, clockRowid, sameKeys } from './table.js';

/** A row that was deleted, as its clock row shows it. */
export interface Tombstone {
  /** The clock's rowid. */
  readonly rowid: string;
  readonly dbVersion: number;
  readonly causalLength: number;
  readonly key: readonly SqlValue[];
}

/** Where a search of tombstones goes on, in the order of (db_version, rowid). */
export type TombstonePosition = Pick<Tombstone, 'rowid' | 'dbVersion'>;

export interface TombstoneSearch {
  /** Undefined: from what was swept before. */
  readonly after: TombstonePosition | undefined;
  readonly upTo: number;
  readonly limit: number;
}

/** SQL condition: the row is deleted. That of an evicted row, which has db_version 0, is not. */
const IS_TOMBSTONE = 'causal_length % 2 = 0 AND db_version > 0';

/** Finds tombstones up to a db_version. */
export function findTombstones(
  spec: TableSpec,
  { after, upTo, limit }: TombstoneSearch,
  found: (tombstone: Tombstone) => void,
): Query {
  const rowid = clockRowid(spec);
  const isAfter =
    after === undefined
      ? `db_version > ${SWEPT_VERSION}`
      : block`
          db_version >= ${after.dbVersion}
          AND (db_version > ${after.dbVersion} OR ${rowid} > ${after.rowid})`;
  const sql = statementText`
    SELECT
      ${list([...keyValues(spec), `CAST(${rowid} AS TEXT) AS row_text`, 'db_version', 'causal_length'])}
    FROM ${clock(spec)}
    WHERE
      ${all([isAfter, `db_version <= ${upTo}`, IS_TOMBSTONE])}
    ORDER BY db_version, ${rowid}
    LIMIT ${limit}`;
  return {
    ...statement(sql),
    read(rows) {
      const width = keyWidth(spec);
      for (const row of rows) {
        found({
          key: readKey(spec, row, 0),
          rowid: String(row[width]),
          dbVersion: Number(row[width + 1]),
          causalLength: Number(row[width + 2]),
        });
      }
    },
  };
}

/** Forgets tombstones. A row that has come back meanwhile, or was deleted once more, stays. */
export function forgetTombstones(spec: TableSpec, tombstones: readonly Tombstone[]): Statement[] {
  const rowid = clockRowid(spec);
  const isForgotten = [
    `${rowid} IN (${tombstones.map((tombstone) => tombstone.rowid).join(', ')})`,
    `db_version <= ${Math.max(...tombstones.map(({ dbVersion }) => dbVersion))}`,
    IS_TOMBSTONE,
  ];
  const dead = block`
    (
      SELECT * FROM ${clock(spec)}
      WHERE
        ${all(isForgotten)}
    ) AS dead`;
  const deleteCells = statementText`
    DELETE FROM ${cells(spec)}
    WHERE rowid IN (
      SELECT x.rowid
      FROM ${dead}
      JOIN ${cells(spec)} AS x ON ${sameKeys(spec, 'x', 'dead')}
    )`;
  const deleteClocks = statementText`
    DELETE FROM ${clock(spec)}
    WHERE
      ${all(isForgotten)}`;
  return [...(spec.cellColumns.length > 0 ? [deleteCells] : []), deleteClocks].map((sql) =>
    statement(sql),
  );
}

/** Lists pending changes that can never apply: a later life of their row is known, or its end. */
export function findLatePending(
  spec: TableSpec,
  limit: number,
  found: (rowid: string) => void,
): Query {
  const sql = statementText`
    SELECT CAST(waiting.rowid AS TEXT) AS row_text
    ${lateFrom(spec)}
    LIMIT ${limit}`;
  return {
    ...statement(sql),
    read(rows) {
      for (const { 0: rowid } of rows) found(String(rowid));
    },
  };
}

export const forgetPending = (rowids: readonly string[]): Statement =>
  statement(`DELETE FROM ${PENDING_TABLE} WHERE rowid IN (${rowids.join(', ')})`);

/** Forgets all of them. */
export function forgetLatePending(spec: TableSpec): Statement {
  return statement(statementText`
    DELETE FROM ${PENDING_TABLE}
    WHERE rowid IN (
      SELECT waiting.rowid
      ${lateFrom(spec)}
    )`);
}

function lateFrom(spec: TableSpec) {
  const sameKey = clockKeys(spec).map(
    (key, i) => `clock.${key} = waiting.${pendingKeys(spec.key.length)[i]}`,
  );
  return block`
    FROM ${PENDING_TABLE} AS waiting
    JOIN ${clock(spec)} AS clock ON ${sameKey.join(' AND ')}
    WHERE
      waiting.table_name = ${quoteText(spec.name)}
      AND clock.causal_length > waiting.causal_length`;
}

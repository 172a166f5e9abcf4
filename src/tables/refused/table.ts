import type { TableSpec } from '../../model/table-spec.js';
import type { SqlValue } from '../../model/value.js';
import { all, list, statementText } from '../../sql/layout.js';
import { REFUSED_TABLE } from '../../sql/names.js';
import { quoteBlob, quoteText } from '../../sql/quote.js';
import { type Statement, statement } from '../../sql/statement.js';
import { clock, clockKeyIs } from '../clock/table.js';
import { isSelected, type PeerSelection } from '../peer/table.js';
import { DB_VERSION, takeDbVersionStatement } from '../state/table.js';

/**
 * crr_refused: rows that a peer refused to take from this database. Such a row is not sent again until it
 * changes, or until the peer grants other rights. Then it is sent as a whole.
 *
 *     site_id, tag     the peer, as in crr_peer
 *     table_name, pk   the row
 *     code             why it was refused
 *     rights           fingerprint of what the peer let this database write
 */
export function refusedStatements(): string[] {
  return [
    statementText`
      CREATE TABLE IF NOT EXISTS ${REFUSED_TABLE} (
        site_id BLOB NOT NULL,
        tag TEXT NOT NULL,
        table_name TEXT NOT NULL,
        pk BLOB NOT NULL,
        code TEXT NOT NULL,
        rights TEXT NOT NULL,
        UNIQUE (site_id, tag, table_name, pk)
      ) STRICT`,
  ];
}

export interface RefusedBy {
  readonly siteId: Uint8Array;
  readonly tag: string;
}

/** Remembers that a row was refused, if this database has the row. */
export function addRefused(
  { siteId, tag }: RefusedBy,
  spec: TableSpec,
  row: {
    readonly pk: Uint8Array;
    readonly key: readonly SqlValue[];
    readonly code: string;
    readonly rights: string;
  },
): Statement {
  const args: SqlValue[] = [];
  const values = [
    quoteBlob(siteId),
    quoteText(tag),
    quoteText(spec.name),
    quoteBlob(row.pk),
    quoteText(row.code),
    quoteText(row.rights),
  ];
  const sql = statementText`
    INSERT INTO ${REFUSED_TABLE} (site_id, tag, table_name, pk, code, rights)
    SELECT ${list(values)}
    WHERE
      EXISTS (SELECT 1 FROM ${clock(spec)} WHERE ${all(clockKeyIs(spec, row.key, args))})
    ON CONFLICT (site_id, tag, table_name, pk) DO UPDATE SET
      code = excluded.code,
      rights = excluded.rights`;
  return statement(sql, args);
}

/** Forgets rows that the peer has taken. */
export function removeRefused(
  { siteId, tag }: RefusedBy,
  table: string,
  keys: readonly Uint8Array[],
): Statement {
  return statement(statementText`
    DELETE FROM ${REFUSED_TABLE}
    WHERE
      site_id = ${quoteBlob(siteId)}
      AND tag = ${quoteText(tag)}
      AND table_name = ${quoteText(table)}
      AND pk IN (${keys.map(quoteBlob).join(', ')})`);
}

/** Takes a db_version, for {@link offerAgain}. */
export const takeVersionToOfferAgain = (): Statement => statement(takeDbVersionStatement('true'));

/** Makes a row one that is to be sent, as if it had been written now. Its cells keep their stamps. */
export function offerAgain(spec: TableSpec, key: readonly SqlValue[]): Statement {
  const args: SqlValue[] = [];
  const sql = statementText`
    UPDATE ${clock(spec)}
    SET
      row_db_version = ifnull(row_db_version, db_version),
      db_version = ${DB_VERSION}
    WHERE
      ${all([...clockKeyIs(spec, key, args), 'db_version > 0'])}`;
  return statement(sql, args);
}

export function selectRefused(which: PeerSelection | undefined): string {
  return statementText`
    SELECT site_id, tag, table_name, pk, code, rights
    FROM ${REFUSED_TABLE}
    WHERE ${isSelected(which)}`;
}

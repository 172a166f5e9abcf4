import { STATE_TABLE } from '../../sql/names.js';
import { type Query, queryRow, statement } from '../../sql/statement.js';

/** Does not call `read` if the state has no row. */
export function readFormat(read: (format: number) => void): Query {
  return {
    ...statement(`SELECT format FROM ${STATE_TABLE}`),
    read(rows) {
      for (const { 0: format } of rows) read(Number(format));
    },
  };
}

export function readDbVersion(read: (version: number) => void): Query {
  const sql = `SELECT db_version FROM ${STATE_TABLE}`;
  return queryRow(sql, ({ 0: version }) => read(Number(version)));
}

/** @param read gets the ordinal of this database, too. */
export function readSiteVersion(read: (version: number, site: number) => void): Query {
  const sql = `SELECT db_version, site FROM ${STATE_TABLE}`;
  return queryRow(sql, ({ 0: version, 1: site }) => read(Number(version), Number(site)));
}

import { STATE_TABLE } from '../../sql/names.js';
import { type Query, queryRow } from '../../sql/statement.js';

export function readFormat(read: (format: number) => void): Query {
  return queryRow(`SELECT format FROM ${STATE_TABLE}`, ({ 0: format }) => read(Number(format)));
}

/** The db_version before the last apply, and the one after it. */
export function readVersions(read: (versions: { prior: number; now: number }) => void): Query {
  const sql = `SELECT prior_db_version, db_version FROM ${STATE_TABLE}`;
  return queryRow(sql, ({ 0: prior, 1: now }) => read({ prior: Number(prior), now: Number(now) }));
}

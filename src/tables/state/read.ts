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

export function readSchemaVersion(read: (version: number) => void): Query {
  const sql = `SELECT schema_version FROM ${STATE_TABLE}`;
  return queryRow(sql, ({ 0: version }) => read(Number(version)));
}

export function readDbVersion(read: (version: number) => void): Query {
  const sql = `SELECT db_version FROM ${STATE_TABLE}`;
  return queryRow(sql, ({ 0: version }) => read(Number(version)));
}

export interface ApplyVersions {
  /** The db_version before the last apply, and the one after it. */
  readonly prior: number;
  readonly now: number;
  /** Whether the latter contains more than the batch brought. */
  readonly hasLocalNews: boolean;
}

/** What the last apply did to the db_version. */
export function readVersions(read: (versions: ApplyVersions) => void): Query {
  const sql = `SELECT prior_db_version, db_version, has_local_news FROM ${STATE_TABLE}`;
  return queryRow(sql, ({ 0: prior, 1: now, 2: news }) =>
    read({ prior: Number(prior), now: Number(now), hasLocalNews: Number(news) === 1 }),
  );
}

import { APPLY_TABLE, STATE_TABLE } from '../../sql/names.js';
import { type Query, queryRow } from '../../sql/statement.js';

export interface ApplyVersions {
  /** The db_version before the last apply, and the one after it. */
  readonly prior: number;
  readonly now: number;
  /** Whether the latter contains more than the batch brought. */
  readonly hasLocalNews: boolean;
}

/** What the last apply did to the db_version. */
export function readVersions(read: (versions: ApplyVersions) => void): Query {
  const sql = `SELECT prior_db_version, db_version, has_local_news FROM ${STATE_TABLE}, ${APPLY_TABLE}`;
  return queryRow(sql, ({ 0: prior, 1: now, 2: news }) =>
    read({ prior: Number(prior), now: Number(now), hasLocalNews: Number(news) === 1 }),
  );
}

import { block, type Layout, statementText } from '../../sql/layout.js';
import { GUARD_TABLE, HISTORY_TABLE, STATE_TABLE } from '../../sql/names.js';

/** What this database has forgotten of its deletes. */
export interface Forgotten {
  /** Tombstones up to this db_version. */
  readonly horizon: number;
  /** The causal length of new rows, which is greater than that of any tombstone forgotten. */
  readonly birth: number;
}

/** Fails the batch if more was forgotten than its sender knows. */
export const refuseForgotten = ({ horizon, birth }: Forgotten): string => statementText`
  INSERT INTO ${GUARD_TABLE} (reason)
  SELECT 'forgotten' FROM ${STATE_TABLE}, ${HISTORY_TABLE}
  WHERE horizon > ${horizon} OR birth > ${birth}`;

/** New rows begin with this causal length at least, which is SQL. */
export const raiseBirth = (birth: number | Layout): string => statementText`
  UPDATE ${STATE_TABLE}
  SET birth = ${typeof birth === 'number' ? String(birth) : birth}
  WHERE birth < ${typeof birth === 'number' ? String(birth) : block`${birth}`}`;

/** Tombstones up to this db_version are forgotten. */
export const raiseHorizon = (version: number): string => statementText`
  UPDATE ${HISTORY_TABLE}
  SET horizon = ${version}
  WHERE horizon < ${version}`;

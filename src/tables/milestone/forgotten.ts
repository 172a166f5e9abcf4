import { type Layout, statementText } from '../../sql/layout.js';
import {
  GUARD_TABLE,
  HISTORY_TABLE,
  MILESTONE_TABLE,
  PEER_TABLE,
  STATE_TABLE,
} from '../../sql/names.js';
import { type Statement, statement } from '../../sql/statement.js';
import { DB_VERSION, takeDbVersionStatement } from '../state/table.js';

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
export const raiseBirth = (birth: number | Layout): string => {
  const least = typeof birth === 'number' ? String(birth) : birth;
  return statementText`
  UPDATE ${STATE_TABLE}
  SET birth = ${least}
  WHERE birth < ${least}`;
};

/**
 * Rows were dropped here without a tombstone, because a server has none of them any more. If this database has clients, they
 * are told as after a compaction. The db_version is a new one: some of them may have read up to the present one.
 */
export function tellClients(): Statement[] {
  // A client may be forgotten, if it was silent for long. That there were some is known by the milestones that they got.
  const hasClients = `(EXISTS (SELECT 1 FROM ${MILESTONE_TABLE}) OR EXISTS (SELECT 1 FROM ${PEER_TABLE} WHERE url = ''))`;
  return [
    statement(takeDbVersionStatement(hasClients)),
    statement(statementText`
      UPDATE ${HISTORY_TABLE}
      SET horizon = ${DB_VERSION}
      WHERE ${hasClients}`),
  ];
}

/** Tombstones up to this db_version are forgotten. */
export const raiseHorizon = (version: number): string => statementText`
  UPDATE ${HISTORY_TABLE}
  SET horizon = ${version}
  WHERE horizon < ${version}`;

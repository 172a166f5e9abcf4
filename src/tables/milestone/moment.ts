import { HISTORY_TABLE, STATE_TABLE } from '../../sql/names.js';

/** What changes with every write, merge and migration of CRRs. */
export const SELECT_MOMENT = `SELECT db_version, seq, schema_version FROM ${STATE_TABLE} LEFT JOIN ${HISTORY_TABLE}`;

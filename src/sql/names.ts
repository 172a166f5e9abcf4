/*
 * Names of everything that drizzle-crr keeps in a database. User tables and columns appear in them
 * as suffix or prefix, never bare, so that no name of a user's column can collide with bookkeeping.
 */

export const SITE_TABLE = 'crr_site';
export const STATE_TABLE = 'crr_state';
export const PENDING_TABLE = 'crr_pending';
export const GUARD_TABLE = 'crr_guard';
export const PEER_TABLE = 'crr_peer';

const SHARED_PREFIX = 'crr_';
const TABLE_INFIX = '__crr_';

/** Whether a user's table would stand where bookkeeping does. SQLite compares names without case. */
export function isReservedTableName(name: string): boolean {
  const lower = name.toLowerCase();
  return lower.startsWith(SHARED_PREFIX) || lower.includes(TABLE_INFIX);
}

export const clockTable = (table: string) => `${table}${TABLE_INFIX}clock`;
export const clockIndex = (table: string) => `${table}${TABLE_INFIX}clock_dbv`;
export const mergeGate = (table: string) => `${table}${TABLE_INFIX}merge`;

/** Every trigger of a table starts with this, and nothing else does. */
export const triggerPrefix = (table: string) => `${table}${TABLE_INFIX}on_`;
export const trigger = (table: string, event: string) => `${triggerPrefix(table)}${event}`;

/** Columns of clock table and gate that belong to a user's column. */
export const keyOf = (column: string) => `k_${column}`;
export const cellValueOf = (column: string) => `c_${column}`;
export const versionOf = (column: string) => `v_${column}`;
export const dbVersionOf = (column: string) => `d_${column}`;
export const siteOf = (column: string) => `s_${column}`;
export const seqOf = (column: string) => `q_${column}`;

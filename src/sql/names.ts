/*
 * Names of everything that drizzle-crr keeps in a database. User tables and columns appear in them
 * as suffix or prefix, never bare, so that no name of a user's column can collide with bookkeeping.
 */

export const SITE_TABLE = 'crr_site';
export const STATE_TABLE = 'crr_state';
export const PENDING_TABLE = 'crr_pending';
export const GUARD_TABLE = 'crr_guard';
export const FORMER_TABLE = 'crr_former';
export const PEER_TABLE = 'crr_peer';

/** The tables that all CRRs of a database share. */
export const SHARED_TABLES: readonly string[] = [
  SITE_TABLE,
  STATE_TABLE,
  PENDING_TABLE,
  GUARD_TABLE,
  FORMER_TABLE,
  PEER_TABLE,
];

/** The ordinal that stands for no site in every database; `crr_site` does not list it. */
export const NEUTRAL_ORDINAL = 0;

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
/** Of tables with counters or multi-value registers: their cells, and the gate that merges them. */
export const cellTable = (table: string) => `${table}${TABLE_INFIX}cell`;
export const cellIndex = (table: string) => `${table}${TABLE_INFIX}cell_dbv`;
export const cellGate = (table: string) => `${table}${TABLE_INFIX}cell_merge`;

/** Every trigger of a table starts with this, and nothing else does. */
export const triggerPrefix = (table: string) => `${table}${TABLE_INFIX}on_`;
export const trigger = (table: string, event: string) => `${triggerPrefix(table)}${event}`;

/** The table that a trigger's name tells of; undefined where it is none of ours. */
export function tableOfTrigger(name: string): string | undefined {
  const at = name.indexOf(`${TABLE_INFIX}on_`);
  return at > 0 ? name.slice(0, at) : undefined;
}

/** The table whose clock, cells or gate this is; undefined where it is none of ours. */
export function tableOfPart(name: string): string | undefined {
  const parts = [clockTable(''), mergeGate(''), cellTable(''), cellGate('')];
  const end = parts.find((suffix) => name.endsWith(suffix));
  return end === undefined ? undefined : name.slice(0, -end.length);
}

/** Columns of clock table and gate that belong to a user's column. */
export const keyOf = (column: string) => `k_${column}`;
/** In the clock table: the clock of a cell. */
export const cellOf = (column: string) => `x_${column}`;
/** In the gate: an offered cell's value, version, and origin. */
export const offeredValueOf = (column: string) => `c_${column}`;
export const offeredVersionOf = (column: string) => `v_${column}`;
export const offeredOriginOf = (column: string) => `o_${column}`;

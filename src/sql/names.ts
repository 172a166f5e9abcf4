/*
 * Names of everything that drizzle-crr keeps in a database. Names of users' tables and columns appear in
 * them with a prefix or suffix, never alone, so that none can collide with bookkeeping.
 */

export const SITE_TABLE = 'crr_site';
export const STATE_TABLE = 'crr_state';
export const APPLY_TABLE = 'crr_apply';
export const CATALOG_TABLE = 'crr_table';
export const PENDING_TABLE = 'crr_pending';
export const GUARD_TABLE = 'crr_guard';
export const FORMER_TABLE = 'crr_former';
export const PEER_TABLE = 'crr_peer';
export const USAGE_TABLE = 'crr_usage';
export const REFUSED_TABLE = 'crr_refused';
export const HISTORY_TABLE = 'crr_history';
export const TICKET_TABLE = 'crr_ticket';
export const MILESTONE_TABLE = 'crr_milestone';
export const SETTLING_TABLE = 'crr_settling';
export const PASS_TABLE = 'crr_pass';
export const EDITOR_TABLE = 'crr_editor';
export const COMMIT_TABLE = 'crr_commit';
export const DRAFT_TABLE = 'crr_draft';
export const DRAFT_ROW_TABLE = 'crr_draft_row';

const SHARED_PREFIX = 'crr_';
const TABLE_INFIX = '__crr_';

/** Whether a user's table would have a name of the bookkeeping. SQLite ignores case in names. */
export function isReservedTableName(name: string): boolean {
  const lower = name.toLowerCase();
  return lower.startsWith(SHARED_PREFIX) || lower.includes(TABLE_INFIX);
}

export const clockTable = (table: string) => `${table}${TABLE_INFIX}clock`;
export const clockIndex = (table: string) => `${table}${TABLE_INFIX}clock_db_version`;
export const mergeGate = (table: string) => `${table}${TABLE_INFIX}merge`;
export const cellTable = (table: string) => `${table}${TABLE_INFIX}cell`;
export const cellIndex = (table: string) => `${table}${TABLE_INFIX}cell_db_version`;
/** Where an adopted table's clocks or cells are while they are brought into shape. */
export const adoptedTable = (table: string) => `${table}${TABLE_INFIX}adopted`;
export const cellGate = (table: string) => `${table}${TABLE_INFIX}cell_merge`;
export const asideTable = (table: string) => `${table}${TABLE_INFIX}aside`;
export const asideIndex = (table: string, what: string) => `${asideTable(table)}_${what}`;
export const rankGate = (table: string) => `${table}${TABLE_INFIX}rank`;
export const rivalTable = (table: string) => `${table}${TABLE_INFIX}rival`;

export const logTable = (table: string) => `${table}${TABLE_INFIX}log`;
export const logIndex = (table: string) => `${logTable(table)}_key`;
export const importIndex = (table: string) => `${logTable(table)}_import`;
export const headTable = (table: string) => `${table}${TABLE_INFIX}head`;
export const prunedTable = (table: string) => `${table}${TABLE_INFIX}pruned`;

/** The names of all triggers of a table begin with this, and no others do. */
export const triggerPrefix = (table: string) => `${table}${TABLE_INFIX}on_`;
export const trigger = (table: string, event: string) => `${triggerPrefix(table)}${event}`;

/** The table that a trigger belongs to by its name; undefined if it is not one of ours. */
export function tableOfTrigger(name: string): string | undefined {
  const at = name.indexOf(`${TABLE_INFIX}on_`);
  return at > 0 ? name.slice(0, at) : undefined;
}

/** Whether this is a gate of a table: what is inserted into it is merged, and it never holds a row. */
export const isGate = (name: string) => GATES.some((suffix) => name.endsWith(suffix));
export const GATES = [mergeGate, cellGate, rankGate].map((gate) => gate(''));

/** The table whose clock, cells or gate this is; undefined if it is not one of ours. */
export function tableOfPart(name: string): string | undefined {
  const parts = [
    ...[clockTable, mergeGate, cellTable, cellGate, asideTable, rankGate, rivalTable],
    ...[logTable, headTable, prunedTable],
  ].map((part) => part(''));
  const end = parts.find((suffix) => name.endsWith(suffix));
  return end === undefined ? undefined : name.slice(0, -end.length);
}

/** The CRR that a table or trigger belongs to if only merging needs it; see src/tables/merging.ts. */
export function tableOfMerging(name: string, onTable: string): string | undefined {
  if (isGate(name)) return tableOfPart(name);
  return isGate(onTable) ? tableOfTrigger(name) : undefined;
}

/** Columns of clock table, cell table and gates that belong to a user's column. */
export const keyOf = (column: string) => `key_${column}`;
/** In the clock table: the clock of a cell. */
export const clockOf = (column: string) => `clock_${column}`;
/** In the gate and in the table of rows aside: a cell's value. */
export const offeredValueOf = (column: string) => `value_${column}`;
/** In the gate: an offered cell's version, and origin. */
export const offeredVersionOf = (column: string) => `version_${column}`;
export const offeredOriginOf = (column: string) => `origin_${column}`;
/** In the table of rows aside: whether the base table shows something else than the value. */
export const maskOf = (column: string) => `mask_${column}`;

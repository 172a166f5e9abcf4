import type { DifferenceKind } from './difference.js';

/**
 * What is wrong, in one word. The codes are stable; docs/operations.md lists them with what they mean. Those of the
 * schema are the kinds of differences that `drizzle-crr check` finds.
 */
export type FindingCode =
  | DifferenceKind
  // SQLite itself
  | 'sqlite-integrity'
  | 'foreign-key'
  | 'unreadable'
  // Rows and their clocks
  | 'row-without-clock'
  | 'clock-without-row'
  | 'tombstone-with-row'
  | 'tombstone-malformed'
  | 'clock-malformed'
  | 'clock-version'
  | 'clock-ahead'
  | 'clock-site'
  | 'sentinel-malformed'
  | 'row-unknown'
  // Cells of counters and registers
  | 'cell-without-row'
  | 'cell-column'
  | 'cell-malformed'
  | 'cell-value'
  | 'cell-site'
  | 'cell-ahead'
  | 'value-differs'
  // Rows aside
  | 'aside-without-clock'
  | 'aside-of-dead-row'
  | 'aside-state'
  | 'aside-shown'
  | 'aside-reason'
  | 'aside-mask'
  | 'settled-ahead'
  // The log of a table with history
  | 'event-malformed'
  | 'event-site'
  | 'event-ahead'
  | 'head-unknown'
  // Everything that all tables share
  | 'not-empty'
  | 'state-missing'
  | 'state-malformed'
  | 'state-site'
  | 'site-malformed'
  | 'catalog-malformed'
  | 'commit-malformed'
  | 'former-name'
  | 'pending-malformed'
  | 'pending-site'
  | 'peer-malformed'
  | 'peer-ahead'
  | 'refused-malformed'
  | 'usage-malformed'
  | 'usage-sites'
  | 'apply-malformed'
  | 'history-malformed'
  | 'milestone-malformed'
  | 'ticket-malformed';

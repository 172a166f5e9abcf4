import type { Change } from '../model/change.js';
import { bytesToHex } from '../model/value.js';
import { fingerprint } from './fingerprint.js';
import type { RowPart } from './site.js';

/*
 * A row that is larger than a chunk travels in parts. Small cells come first, so that a row exists, with the columns
 * that decide who may write and see it, before its large cells arrive.
 */

/** The approximate size of a change in a message, and also in memory, without its key. */
export function sizeOfCell({ val }: Change): number {
  if (typeof val === 'string' || val instanceof Uint8Array) return val.length + 2;
  return val === null ? 2 : 6;
}

/** The approximate size of a key in a message. */
export const sizeOfKey = ({ pk }: Change): number => pk.length + 6;

/** Changes of one row that are left to be sent. */
export interface RestOfRow {
  /** How many were sent. */
  readonly sent: number;
  /** In the order in which parts are cut. */
  readonly changes: readonly Change[];
}

/** What is left of a row after a part. */
export function afterPart(row: readonly Change[], part: RowPart | undefined): RestOfRow {
  const ordered = [...row].sort((a, b) => sizeOfCell(a) - sizeOfCell(b));
  const last = part && ordered[part.count - 1];
  if (last === undefined || markOf(last) !== part?.mark) return { sent: 0, changes: ordered };
  return { sent: part.count, changes: ordered.slice(part.count) };
}

/** The first of the changes that fit, at least one. The key is needed with each part, so it does not count. */
export function firstThatFit(
  changes: readonly Change[],
  maxBytes: number,
  maxChanges: number,
): readonly Change[] {
  let bytes = 0;
  let count = 0;
  for (const change of changes.slice(0, maxChanges)) {
    bytes += sizeOfCell(change);
    if (count > 0 && bytes > maxBytes) break;
    count++;
  }
  return changes.slice(0, count);
}

/** The part of a row that is sent after some more of its changes. */
export function partAfter({ sent }: RestOfRow, taken: readonly Change[]): RowPart {
  return { count: sent + taken.length, mark: markOf(taken.at(-1)!) };
}

/** Keys may be long. Their beginning and their length are enough beside the stamp. */
const KEY_BYTES = 256;

function markOf({ table, pk, cid, col_version, db_version, seq, site_id }: Change): string {
  const key = [bytesToHex(pk.subarray(0, KEY_BYTES)), pk.length];
  const stamp = [col_version, db_version, seq, bytesToHex(site_id)];
  return fingerprint(JSON.stringify([table, ...key, cid, ...stamp]));
}

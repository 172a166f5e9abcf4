import { type Change, EVENT, SENTINEL } from '../../model/change.js';
import { unpackKey } from '../../model/packed-key.js';
import { bytesToHex, type SqlValue } from '../../model/value.js';
import type { Style } from '../style.js';
import { textTable } from './text-table.js';

const HEADING = ['db_version', 'seq', 'table', 'key', 'cid', 'value', 'col_version', 'cl', 'site'];

/** Changes as one table that comes in pages. */
export class ChangeTable {
  /** Of the pages so far, so that later ones line up with them. */
  readonly #widths: number[] = [];
  #isFirst = true;

  constructor(readonly style: Style) {}

  render(page: readonly Change[]): string {
    const [heading, ...lines] = textTable(HEADING, page.map(cellsOf), this.#widths).split('\n');
    if (this.#isFirst) lines.unshift(this.style.bold(heading!));
    this.#isFirst = false;
    return lines.join('\n');
  }
}

const cellsOf = (change: Change): (string | number)[] => [
  change.db_version,
  change.seq,
  change.table,
  unpackKey(change.pk).map(shownValue).join(', '),
  change.cid,
  change.cid === EVENT
    ? '(event)'
    : change.cid === SENTINEL
      ? change.cl % 2 === 0
        ? '(deleted)'
        : '(alive)'
      : shownValue(change.val),
  change.col_version,
  change.cl,
  bytesToHex(change.site_id).slice(0, 8),
];

/** Longer values are cut, in characters. */
const LONGEST = 40;

/** A value as SQL writes it, cut if it is long. */
export function shownValue(value: SqlValue): string {
  if (value instanceof Uint8Array) return cut(`x'${bytesToHex(value.subarray(0, LONGEST))}'`);
  if (typeof value === 'string') return cut(JSON.stringify(value));
  if (typeof value === 'number') return Number.isInteger(value) ? `${real(value)}.0` : real(value);
  return String(value);
}

function cut(text: string): string {
  const characters = [...text];
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join('')}…` : text;
}

/** String() would print -0 as 0. */
const real = (value: number) => (Object.is(value, -0) ? '-0' : String(value));

/** Changes as one JSON object per line. Bytes are hex; a value is named by its storage class. */
export const renderNdjson = (page: readonly Change[]): string =>
  page
    .map((change) =>
      JSON.stringify({
        ...change,
        pk: bytesToHex(change.pk),
        site_id: bytesToHex(change.site_id),
        val: typed(change.val),
      }),
    )
    .join('\n');

function typed(value: SqlValue): Readonly<Record<string, string>> | null {
  if (value === null) return null;
  if (typeof value === 'bigint') return { integer: String(value) };
  if (typeof value === 'number') return { real: real(value) };
  return typeof value === 'string' ? { text: value } : { blob: bytesToHex(value) };
}

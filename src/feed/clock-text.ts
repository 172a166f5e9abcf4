import type { TableSpec } from '../model/table-spec.js';
import { block, type Layout, lines } from '../sql/layout.js';
import { type CellClock, parseCellClock, parseStamp, type Stamp } from '../tables/clock/clock.js';
import { CLOCK, cellClock, clockRowid } from '../tables/clock/table.js';
import { valueColumns } from './value-columns.js';

/*
 * What every row of the feed begins with, as one text, because clients build each column of a row as a
 * property of an object, which costs more than the rest of the reading:
 *
 *     rowid db_version causal_length row_version row_db_version row_site row_seq sentinel cells classes
 *
 * cells: `index=clock;` for each cell with a clock of its own; classes: first letters of typeof(), for
 * the values whose JavaScript type does not determine their storage class.
 */

export function clockTextSql(spec: TableSpec): Layout {
  const classes = valueColumns(spec).filter(({ isAmbiguous }) => isAmbiguous);
  const parts = [
    `${CLOCK}.${clockRowid(spec)}`,
    `${CLOCK}.db_version`,
    `${CLOCK}.causal_length`,
    `${CLOCK}.row_version`,
    `ifnull(${CLOCK}.row_db_version, ${CLOCK}.db_version)`,
    `ifnull(${CLOCK}.row_site, '')`,
    `ifnull(${CLOCK}.row_seq, '')`,
    `ifnull(${CLOCK}.sentinel, '')`,
    cellsSql(spec),
    ...classes.map(({ sql }) => `substr(typeof(${sql}), 1, 1)`),
  ];
  const [first, ...rest] = parts;
  return block`
    ${first!}
      ${lines(rest.map((part) => block`|| ' ' || ${part}`))}`;
}

/** Few rows have cells with clocks of their own. */
function cellsSql(spec: TableSpec): Layout {
  const clocks = spec.clockColumns.map(({ name }) => `${CLOCK}.${cellClock(name)}`);
  if (clocks.length === 0) return block`''`;
  const none = clocks.map((x) => `${x} IS NULL`).join(' AND ');
  const texts = clocks.map((x, i) => {
    const text = `CASE WHEN ${x} IS NULL THEN '' ELSE '${i}=' || ${x} || ';' END`;
    return i === 0 ? text : `|| ${text}`;
  });
  return block`
    CASE
      WHEN ${none} THEN ''
      ELSE
        ${lines(texts)}
    END`;
}

export interface ClockText {
  /** The clock's rowid. */
  readonly rowid: string;
  readonly dbVersion: number;
  readonly causalLength: number;
  readonly rowVersion: number;
  readonly rowDbVersion: number;
  readonly rowSite: number;
  readonly rowSeq: number;
  readonly sentinel: Stamp | undefined;
  /** Clocks of cells by the column's index; undefined if no cell has one of its own. */
  readonly cells: ReadonlyMap<number, CellClock> | undefined;
  /** First letters of the ambiguous values' classes, in their order. */
  readonly classes: readonly string[];
}

const PARTS_BEFORE_CLASSES = 9;

export function parseClockText(text: string): ClockText {
  const parts = text.split(' ');
  const [
    rowid,
    dbVersion,
    causalLength,
    rowVersion,
    rowDbVersion,
    rowSite,
    rowSeq,
    sentinel,
    cells,
  ] = parts as [string, string, string, string, string, string, string, string, string];
  return {
    rowid,
    dbVersion: Number(dbVersion),
    causalLength: Number(causalLength),
    rowVersion: Number(rowVersion),
    rowDbVersion: Number(rowDbVersion),
    rowSite: Number(rowSite),
    rowSeq: Number(rowSeq),
    sentinel: parseStamp(sentinel),
    cells: cells === '' ? undefined : parseCells(cells),
    // Not a rest element, which costs several times as much for every row of a feed.
    classes: parts.slice(PARTS_BEFORE_CLASSES),
  };
}

function parseCells(text: string): Map<number, CellClock> {
  const cells = new Map<number, CellClock>();
  for (const cell of text.split(';')) {
    if (cell === '') continue;
    const equals = cell.indexOf('=');
    cells.set(Number(cell.slice(0, equals)), parseCellClock(cell.slice(equals + 1)));
  }
  return cells;
}

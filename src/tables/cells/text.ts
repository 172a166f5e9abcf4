import { NEUTRAL_ORDINAL } from '../../model/site.js';
import type { TableSpec } from '../../model/table-spec.js';
import { hexToBytes, type SqlValue } from '../../model/value.js';
import { block, type Layout } from '../../sql/layout.js';
import { quoteText } from '../../sql/quote.js';
import { sameKeys } from '../clock/table.js';
import { UNSENT } from './plain-text.js';
import { cells, hasLogs, isLogged, isOfLog } from './table.js';

/*
 * The cells of a row as one text, because drivers take more time for a row than for a text:
 * `index=version@db_version:site:seq=value;` for each, the value as its class's first letter and its
 * text, or its bytes in hex. After seq, there is a colon if others do not have the cell yet.
 */

/**
 * The cells of the clock row `row`; NULL if there are none.
 *
 * @param since older cells of logs are left out: there may be many.
 */
export function cellsTextSql(spec: TableSpec, row: string, since?: number): Layout {
  const isRead =
    since === undefined || !hasLogs(spec)
      ? ''
      : ` AND (x.db_version > ${since} OR NOT (${isLogged(spec, 'x.column_name', 'x.site')}))`;
  const index = spec.cellColumns.map(({ name }, i) => `WHEN ${quoteText(name)} THEN ${i}`);
  return block`
    (
      SELECT group_concat(
        (CASE x.column_name ${index.join(' ')} END)
          || '=' || x.version || '@' || x.db_version || ':' || x.site || ':' || x.seq${unsentSql(spec)}
          || '=' || ${VALUE_TEXT},
        ';'
      )
      FROM ${cells(spec)} AS x
      WHERE ${sameKeys(spec, 'x', row)}${isRead}
    )`;
}

function unsentSql(spec: TableSpec): string {
  if (!hasLogs(spec)) return '';
  const isPlain = `x.site = ${NEUTRAL_ORDINAL} AND ${isOfLog(spec, 'x.column_name')}`;
  return ` || CASE WHEN x.base_version = ${UNSENT} AND ${isPlain} THEN ':' ELSE '' END`;
}

/** quote() writes reals so that they read back the same, except -0.0, whose sign SQL does not see. */
const VALUE_TEXT = block`
  CASE typeof(x.value)
    WHEN 'integer' THEN 'i' || x.value
    WHEN 'real' THEN 'r' || CASE x.value
      WHEN 9e999 THEN 'Infinity'
      WHEN -9e999 THEN '-Infinity'
      ELSE quote(x.value)
    END
    WHEN 'text' THEN 't' || hex(x.value)
    WHEN 'blob' THEN 'b' || hex(x.value)
    ELSE 'n'
  END`;

export interface SiteCell {
  /** Index of the column among the table's `cellColumns`. */
  readonly column: number;
  readonly version: number;
  readonly dbVersion: number;
  readonly site: number;
  readonly seq: number;
  readonly val: SqlValue;
  /** A plain text that nobody else has yet; see plain-text.ts. */
  readonly isUnsent: boolean;
}

/** Reads the text of {@link cellsTextSql}. */
export function parseCells(text: string): SiteCell[] {
  return text.split(';').map((cell) => {
    const [column, clock, value] = cell.split('=') as [string, string, string];
    const isUnsent = clock.endsWith(':');
    const [version, dbVersion, site, seq] = clock.split(/[@:]/, 4).map(Number) as [
      number,
      number,
      number,
      number,
    ];
    const val = parseValue(value);
    return { column: Number(column), version, dbVersion, site, seq, val, isUnsent };
  });
}

function parseValue(text: string): SqlValue {
  const rest = text.slice(1);
  switch (text[0]) {
    case 'i':
      return BigInt(rest);
    case 'r':
      return Number(rest);
    case 't':
      return decoder.decode(hexToBytes(rest));
    case 'b':
      return hexToBytes(rest);
    default:
      return null;
  }
}
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

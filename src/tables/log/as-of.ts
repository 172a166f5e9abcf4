import { cellTypeOf } from '../../columns/registry.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { block, type Layout, list } from '../../sql/layout.js';
import { keyOf, SITE_TABLE } from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { clockKeys } from '../clock/table.js';
import { covers, eventValueOf, eventVersion, heads, log, markedVersion, pruned } from './table.js';

/** The moment that is looked at: a db_version of this database, a time in milliseconds, or an event by its dot, its site in hex. */
export type Moment =
  | { readonly version: number }
  | { readonly time: number }
  | { readonly event: { readonly site: string; readonly dbVersion: number; readonly seq: number } };

/**
 * A table as it was here at a moment, as a query with its columns under the names of the database: of each cell the last
 * value that won. A condition on the key reaches the index of the log.
 */
export function asOfSql(spec: TableSpec, moment: Moment): Layout {
  const keys = clockKeys(spec);
  const clocks = spec.clockColumns.map(
    (column, i) => `max(e.id) FILTER (WHERE ${markedVersion('e', column)} >= 0) AS crr_cell_${i}`,
  );
  const values = spec.clockColumns.map(
    ({ name }, i) =>
      `(SELECT won.${eventValueOf(name)} FROM ${log(spec)} AS won WHERE won.id = r.crr_cell_${i}) AS ${quoteName(name)}`,
  );
  return block`
    SELECT
      ${list([
        ...spec.key.map(({ name }) => `r.${quoteName(keyOf(name))} AS ${quoteName(name)}`),
        ...values,
        ...spec.cellColumns.map(
          (column) => block`${shownThen(spec, column, moment)} AS ${quoteName(column.name)}`,
        ),
      ])}
    FROM (
      ${knownMoment(spec, moment)}
    ) AS crr_known
    CROSS JOIN (
      SELECT
        ${list([...keys.map((key) => `e.${key}`), 'max(e.causal_length) AS crr_life', ...clocks])}
      FROM ${log(spec)} AS e
      WHERE ${isBefore(spec, 'e', moment)}
      GROUP BY ${keys.map((key) => `e.${key}`).join(', ')}
    ) AS r
    WHERE crr_known.crr_lost = 0 AND r.crr_life % 2 = 1`;
}

/**
 * Fails the query if the moment is before what was pruned; otherwise a row with zero. Only an error of a function can do that in
 * a query, and an aggregate is evaluated even if the log has no row.
 */
function knownMoment(spec: TableSpec, moment: Moment): Layout {
  const message = `${quoteText(`${PRUNED}${spec.name}, up to db_version `)} || known.version`;
  return block`
    SELECT count(json_extract('{}', ${message})) AS crr_lost FROM ${pruned(spec)} AS known
    WHERE ${isLost(spec, moment)}`;
}

function isLost(spec: TableSpec, moment: Moment): string {
  if ('version' in moment) return `known.version > ${moment.version}`;
  if ('time' in moment) return `known.time > ${moment.time}`;
  const { site, dbVersion, seq } = moment.event;
  return `known.version >= ifnull((SELECT named.arrived FROM ${log(spec)} AS named WHERE ${isNamed(site, dbVersion, seq)}), 1)`;
}

/** What an error of {@link asOfSql} begins with: the moment is before what was pruned. The table follows. */
export const PRUNED = 'drizzle-crr: pruned: ';

const isNamed = (site: string, dbVersion: number, seq: number) =>
  `named.site = (SELECT ordinal FROM ${SITE_TABLE} WHERE site_id = x'${site}') AND ifnull(named.db_version, named.arrived) = ${dbVersion} AND named.seq = ${seq}`;

function isBefore(spec: TableSpec, e: string, moment: Moment): string {
  if ('version' in moment) return `${e}.arrived <= ${moment.version}`;
  if ('time' in moment) return `ifnull(${e}.arrived_at, ${e}.time) <= ${moment.time}`;
  const { site, dbVersion, seq } = moment.event;
  return `${e}.id <= (SELECT named.id FROM ${log(spec)} AS named WHERE ${isNamed(site, dbVersion, seq)})`;
}

/** A column with a cell per site: the sum of the latest shares, or the greatest value that stood. */
function shownThen(spec: TableSpec, column: ReplicatedColumnSpec, moment: Moment): Layout {
  const value = eventValueOf(column.name);
  const ofRow = (e: string) =>
    clockKeys(spec)
      .map((key) => `${e}.${key} = r.${key}`)
      .join(' AND ');
  const type = cellTypeOf(column);
  if (type.lists === 'contributions') {
    const version = eventVersion(column.name);
    const isShare = (e: string) =>
      `${ofRow(e)} AND ${isBefore(spec, e, moment)} AND ${e}.causal_length = r.crr_life AND ${e}.${version} IS NOT NULL AND typeof(${e}.${value}) = 'integer'`;
    // As the cells merge: a site's later share may have come before its earlier one.
    const order = (e: string) => `(${e}.${version}, ${e}.${value}, ${e}.id)`;
    const shares = block`
      FROM (
        SELECT share.${value} AS value FROM ${log(spec)} AS share
        WHERE ${isShare('share')}
          AND NOT EXISTS (
            SELECT 1 FROM ${log(spec)} AS later
            WHERE ${isShare('later')} AND later.site = share.site AND ${order('later')} > ${order('share')}
          )
      ) AS x`;
    return block`${type.shown(shares, '0')}`;
  }
  const last = block`
    (
      SELECT max(last.id) FROM ${log(spec)} AS last
      WHERE ${ofRow('last')} AND ${isBefore(spec, 'last', moment)} AND ${covers(spec, 'last', column.name)}
    )`;
  const rank = `CASE typeof(h.${value}) WHEN 'integer' THEN 4 WHEN 'real' THEN 3 WHEN 'text' THEN 2 WHEN 'blob' THEN 1 ELSE 0 END`;
  return block`
    (
      SELECT h.${value} FROM ${log(spec)} AS h
      WHERE
        h.causal_length = r.crr_life
        AND (
          h.id = ${last} AND NOT EXISTS (SELECT 1 FROM ${heads(spec)} AS noted WHERE noted.event = h.id AND noted.column_name = ${quoteText(column.name)})
          OR h.id IN (SELECT noted.head FROM ${heads(spec)} AS noted WHERE noted.event = ${last} AND noted.column_name = ${quoteText(column.name)})
        )
      ORDER BY ${rank} DESC, h.${value} COLLATE BINARY DESC
      LIMIT 1
    )`;
}

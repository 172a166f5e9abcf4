import {
  type ReplicatedColumnSpec,
  replicatedColumns,
  type TableSpec,
} from '../../model/table-spec.js';
import type { SqlValue } from '../../model/value.js';
import { block, type Layout, lines } from '../../sql/layout.js';
import { COMMIT_TABLE } from '../../sql/names.js';
import { sameKeys } from '../clock/table.js';
import { parentsSql } from './parents.js';
import { eventValueOf, eventVersion, log } from './table.js';
import { parseValueText, valueTextSql } from './text.js';

/*
 * Events as texts, because drivers take more time for a row than for a text, separated by semicolons:
 *
 *     id,arrived,site,db_version,seq,time,arrived_at,causal_length,row_version,parents,pruned,others,author,message,reverts,cells
 *
 * cells: `index:version:value` for each that has a value, separated by `/`. Texts of people and JSON are in hex.
 */

/** The events of the clock row `row` that came after a db_version; NULL if there are none. */
export function eventsTextSql(spec: TableSpec, row: string, since: number): Layout {
  return block`
    (
      SELECT group_concat(event_text, ';')
      FROM (
        SELECT ${eventTextSql(spec, 'e')} AS event_text
        FROM ${log(spec)} AS e
        WHERE ${sameKeys(spec, 'e', row)} AND e.arrived > ${since} AND e.seq IS NOT NULL
        ORDER BY e.arrived, e.id
      )
    )`;
}

/**
 * One event of the log `e` as text.
 *
 * @param valueSql writes the text of a value.
 */
export function eventTextSql(
  spec: TableSpec,
  e: string,
  valueSql: (value: string, column: ReplicatedColumnSpec) => Layout = valueTextSql,
): Layout {
  const commit = (what: string) =>
    `ifnull((SELECT hex(made.${what}) FROM ${COMMIT_TABLE} AS made WHERE made.site = ${e}.site AND made.db_version = ifnull(${e}.db_version, ${e}.arrived)), '')`;
  const cells = replicatedColumns(spec).map((column, i) => {
    const version = `${e}.${eventVersion(column.name)}`;
    const value = valueSql(`${e}.${eventValueOf(column.name)}`, column);
    return block`|| CASE WHEN ${version} IS NULL AND ${e}.row_version IS NULL THEN '' ELSE '${i}:' || ifnull(${version}, '') || ':' || ${value} || '/' END`;
  });
  const parts = [
    `${e}.id`,
    `${e}.arrived`,
    `${e}.site`,
    `ifnull(${e}.db_version, ${e}.arrived)`,
    `ifnull(${e}.seq, '')`,
    `ifnull(${e}.time, 0)`,
    `ifnull(${e}.arrived_at, '')`,
    `${e}.causal_length`,
    `ifnull(${e}.row_version, '')`,
  ];
  return block`
    ${parts.join(" || ',' || ")}
      || ',' || ${parentsSql(spec, e)}
      || ',' || ifnull(${e}.pruned, '')
      || ',' || hex(ifnull(${e}.others, ''))
      || ',' || ${commit('author')}
      || ',' || ${commit('message')}
      || ',' || ${commit('reverts')}
      || ','
      ${lines(cells)}`;
}

/** An event as it is in a log. Sites are ordinals. */
export interface LoggedEvent {
  readonly id: number;
  readonly arrived: number;
  readonly site: number;
  readonly dbVersion: number;
  /** Undefined: nobody's event; see assumed.ts. */
  readonly seq: number | undefined;
  readonly time: number;
  readonly arrivedAt: number;
  readonly causalLength: number;
  readonly rowVersion: number | undefined;
  /** Dots `site:db_version:seq`. */
  readonly parents: readonly string[];
  /** Dots of the latest event of each site that was pruned and that it replaced. */
  readonly pruned: readonly string[];
  readonly author: string | undefined;
  readonly message: string | undefined;
  /** Of the transaction: the one that it takes back, as `site:db_version`. */
  readonly reverts: string | undefined;
  /** By the column's index among the replicated ones. */
  readonly cells: ReadonlyMap<number, LoggedCell>;
  /** JSON of the cells of other columns; see LogEvent. */
  readonly others: string | undefined;
}

export interface LoggedCell {
  /** Negative if it lost on arrival; undefined: the row's. */
  readonly version: number | undefined;
  readonly value: SqlValue;
}

/** Reads the texts of {@link eventsTextSql}. */
export const parseEvents = (text: string): LoggedEvent[] => text.split(';').map(parseEvent);

/** Reads the text of {@link eventTextSql}. */
export function parseEvent(text: string): LoggedEvent {
  const parts = text.split(',');
  const number = (i: number) => Number(parts[i]);
  const optional = (i: number) => (parts[i] === '' ? undefined : Number(parts[i]));
  const words = (i: number) =>
    parts[i] === '' ? undefined : (parseValueText(`t${parts[i]}`) as string);
  const cells = new Map<number, LoggedCell>();
  for (const cell of parts[15]!.split('/')) {
    if (cell === '') continue;
    const [index, version, value] = cell.split(':') as [string, string, string];
    cells.set(Number(index), {
      version: version === '' ? undefined : Number(version),
      value: parseValueText(value) ?? null,
    });
  }
  return {
    id: number(0),
    arrived: number(1),
    site: number(2),
    dbVersion: number(3),
    seq: optional(4),
    time: number(5),
    arrivedAt: optional(6) ?? number(5),
    causalLength: number(7),
    rowVersion: optional(8),
    parents: [...new Set(dotsOf(parts[9]!))].sort(),
    pruned: dotsOf(parts[10]!),
    others: words(11),
    author: words(12),
    message: words(13),
    reverts: words(14),
    cells,
  };
}

const dotsOf = (text: string) => text.split(' ').filter((dot) => dot !== '');

export const dotOf = ({ site, dbVersion, seq }: LoggedEvent): string =>
  `${site}:${dbVersion}:${seq ?? ''}`;

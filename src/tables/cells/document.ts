import { NEUTRAL_ORDINAL } from '../../model/site.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import type { SqlValue } from '../../model/value.js';
import { type DriverRow, exactValue, portable } from '../../sql/driver-value.js';
import { all, list, statementText } from '../../sql/layout.js';
import { SITE_TABLE } from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import type { Query } from '../../sql/statement.js';
import { clock, clockKeyIs, sameKeys, sameRow } from '../clock/table.js';
import { LOCAL_SITE } from '../state/table.js';
import { type WrittenText, writtenOf } from './plain-text.js';
import { cells } from './table.js';

/*
 * A column whose cells are a log, for those who know what is in it: its document.
 */

/** A document's place: a row and a column of it. */
export interface Place {
  readonly spec: TableSpec;
  readonly column: ReplicatedColumnSpec;
  readonly key: readonly SqlValue[];
}

/** The row of a document at one moment. */
export interface RowState {
  /** Of the row, which every write of it raises. */
  readonly dbVersion: number;
  readonly causalLength: number;
  readonly siteId: Uint8Array;
  /** The ordinal of that site. */
  readonly site: number;
  /** What the column shows. */
  readonly shown: string | undefined;
  /** The plain text from before the document, if there is one. */
  readonly plain: string | undefined;
  /** A write by SQL that may not be in the document yet. */
  readonly written: WrittenText | undefined;
}

/** A cell of the log. */
export interface LogEntry {
  readonly isOwn: boolean;
  /** It stands for the earlier ones of its site. */
  readonly isBaseline: boolean;
  readonly value: Uint8Array;
  readonly dbVersion: number;
  /** The column shows it. */
  readonly isShown: boolean;
}

/** Reads the row of a document; nothing if there is no such row. */
export function readRowState({ spec, column, key }: Place, read: (row: RowState) => void): Query {
  const args: SqlValue[] = [];
  const text = (sql: string) => portable(sql, 'text');
  const sql = statementText`
    SELECT
      ${list([
        'clock.db_version',
        'clock.causal_length',
        `(SELECT site_id FROM ${SITE_TABLE} WHERE ordinal = ${LOCAL_SITE})`,
        text(`base.${quoteName(column.name)}`),
        text('shared.value'),
        'shared.base_version',
        text('shared.base_value'),
        LOCAL_SITE,
      ])}
    FROM ${clock(spec)} AS clock
    JOIN ${quoteName(spec.name)} AS base ON ${sameRow(spec, 'clock', 'base')}
    LEFT JOIN ${cells(spec)} AS shared
      ON ${sameKeys(spec, 'shared', 'clock')}
        AND shared.column_name = ${quoteText(column.name)}
        AND shared.site = ${NEUTRAL_ORDINAL}
    WHERE ${clockKeyIs(spec, key, args)
      .map((condition) => `clock.${condition}`)
      .join(' AND ')}
      AND clock.causal_length % 2 = 1`;
  return {
    sql,
    args,
    read([row]) {
      if (row === undefined) return;
      const { 0: dbVersion, 1: causalLength, 2: siteId, 5: mark, 7: site } = row;
      const [shown, plain] = [textOf(row, 3), textOf(row, 4)];
      read({
        dbVersion: Number(dbVersion),
        causalLength: Number(causalLength),
        siteId: exactValue(siteId!, 'b') as Uint8Array,
        site: Number(site),
        shown,
        plain,
        written: writtenOf(Number(mark), { over: textOf(row, 6), shown, plain }),
      });
    },
  };
}

function textOf(row: DriverRow, index: number): string | undefined {
  const value = exactValue(row[index]!, 't');
  return typeof value === 'string' ? value : undefined;
}

/** Reads what came after a db_version of this database, in an order that is the same everywhere. */
export function readLog(place: Place, since: number, read: (entry: LogEntry) => void): Query {
  const args: SqlValue[] = [];
  const sql = statementText`
    SELECT site = ${LOCAL_SITE} AS is_own, version, value, abs(db_version) AS came, base_value
    FROM ${cells(place.spec)}
    WHERE
      ${all([...isOfLog(place, args), `abs(db_version) > ${since}`])}
    ORDER BY site, number`;
  return {
    sql,
    args,
    read(rows) {
      for (const { 0: isOwn, 1: version, 2: bytes, 3: came, 4: shown } of rows) {
        const value = exactValue(bytes!, 'b');
        if (!(value instanceof Uint8Array)) continue; // Nothing that a codec has made.
        read({
          isOwn: Number(isOwn) === 1,
          isBaseline: Number(version) % 2 === 1,
          value,
          dbVersion: Number(came),
          isShown: shown !== null,
        });
      }
    },
  };
}

/** SQL conditions on a cell: it is in the log of a document. */
export function isOfLog({ spec, column, key }: Place, args: SqlValue[]): string[] {
  return [
    ...clockKeyIs(spec, key, args),
    `column_name = ${quoteText(column.name)}`,
    `site <> ${NEUTRAL_ORDINAL}`,
  ];
}

import { NEUTRAL_ORDINAL } from '../../model/site.js';
import type { SqlValue } from '../../model/value.js';
import { all, block, list, statementText } from '../../sql/layout.js';
import { keyOf, STATE_TABLE } from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { bindValue, type Statement, statement } from '../../sql/statement.js';
import { clock, clockKeyIs } from '../clock/table.js';
import { refuseIfFound } from '../guard/table.js';
import { DB_VERSION, LOCAL_SITE } from '../state/table.js';
import { isOfLog, type Place, type RowState } from './document.js';
import { UNSENT } from './plain-text.js';
import { CELL_COLUMNS, cells } from './table.js';

/** What a write of a document brings. */
export interface DocumentWrite {
  /** The state that it was made from. If the row is another by now, the batch fails. */
  readonly known: Pick<RowState, 'dbVersion' | 'causalLength'>;
  readonly update?: Uint8Array | undefined;
  /** Stands for all updates of this site, the one of this write included. */
  readonly baseline?: Uint8Array | undefined;
  /** What the column is to show; undefined if it keeps what it shows. */
  readonly text: string | undefined;
  /** The log has cells that the column did not show before. */
  readonly shows: boolean;
  /** What was written by SQL is in the document now. */
  readonly settles: boolean;
}

/** A statement that binds what it needs. */
const sql = (build: (args: SqlValue[]) => string, args: SqlValue[] = []): Statement =>
  statement(build(args), args);

/** Writes a document: an update of this site, the text that the column shows, or both, as one db_version. */
export function writeDocument(place: Place, write: DocumentWrite): Statement[] {
  const { spec, column, key } = place;
  const { known, update, baseline, text, shows, settles } = write;
  // A plain text that nobody else has yet travels together with the edit that it is now.
  const lifted = block`db_version = CASE base_version WHEN ${UNSENT} THEN ${DB_VERSION} ELSE db_version END`;
  const clockIs = (args: SqlValue[]) => clockKeyIs(spec, key, args).join(' AND ');
  return [
    // An update brings the condition itself.
    ...(update === undefined ? [refuseIfFound(sql((args) => notKnown(place, known, args)))] : []),
    // The write triggers do nothing: the column only shows what is in the log.
    statement(statementText`
      UPDATE ${STATE_TABLE}
      SET
        db_version = db_version + 1,
        seq = 0,
        applying = 1`),
    ...(update === undefined ? [] : [addToLog(place, update, '2', known)]),
    ...(baseline === undefined ? [] : [addToLog(place, baseline, '1'), forgetCovered(place)]),
    ...(text === undefined ? [] : [showText(place, text)]),
    ...(shows
      ? [
          sql(
            (args) => statementText`
              UPDATE ${cells(spec)}
              SET base_value = 1
              WHERE
                ${all([...isOfLog(place, args), 'base_value IS NULL'])}`,
          ),
        ]
      : []),
    ...(settles
      ? [
          sql(
            (args) => statementText`
              UPDATE ${cells(spec)}
              SET
                base_version = NULL,
                base_value = NULL,
                ${lifted}
              WHERE
                ${clockIs(args)}
                AND column_name = ${quoteText(column.name)}
                AND site = ${NEUTRAL_ORDINAL}`,
          ),
        ]
      : []),
    sql(
      (args) => statementText`
        UPDATE ${clock(spec)}
        SET
          row_db_version = ifnull(row_db_version, db_version),
          db_version = ${DB_VERSION}
        WHERE ${clockIs(args)}`,
    ),
    statement(`UPDATE ${STATE_TABLE} SET applying = 0`),
  ];
}

function showText({ spec, column, key }: Place, text: string): Statement {
  return sql((args) => {
    const value = bindValue(text, args);
    const keyIs = spec.key.map(({ name }, i) => `${quoteName(name)} = ${bindValue(key[i]!, args)}`);
    return statementText`
      UPDATE ${quoteName(spec.name)}
      SET ${quoteName(column.name)} = ${value}
      WHERE ${keyIs.join(' AND ')}`;
  });
}

/** A query that finds something if the row is another one than is known. */
function notKnown(place: Place, known: DocumentWrite['known'], args: SqlValue[]): string {
  return statementText`
    SELECT 1
    WHERE NOT EXISTS (
      SELECT 1 FROM ${clock(place.spec)}
      WHERE
        ${all([
          ...clockKeyIs(place.spec, place.key, args),
          `db_version = ${known.dbVersion}`,
          `causal_length = ${known.causalLength}`,
        ])}
    )`;
}

/**
 * @param known if it is not so, the statement fails.
 * @param step 2: the next update; 1: the baseline of all. See src/columns/text/type.ts.
 */
function addToLog(
  place: Place,
  value: Uint8Array,
  step: '1' | '2',
  known?: DocumentWrite['known'],
): Statement {
  const { spec, column, key } = place;
  const args: SqlValue[] = [];
  const keys = key.map((part) => bindValue(part, args));
  const bytes = bindValue(value, args);
  // Without a number the statement fails, and the batch with it.
  const number =
    known === undefined
      ? `last + ${step}`
      : block`CASE WHEN NOT EXISTS (${notKnown(place, known, args)}) THEN last + ${step} END`;
  const isOwn = [...isOfLog(place, args), `site = ${LOCAL_SITE}`];
  const sql = statementText`
    INSERT INTO ${cells(spec)} (
      ${[...spec.key.map(({ name }) => quoteName(keyOf(name))), CELL_COLUMNS].join(', ')}, number, base_version, base_value
    )
    SELECT
      ${list([...keys, quoteText(column.name), 'site', `last + ${step}`, bytes, 'db_version', 'seq', number, '0', '1'])}
    FROM (
      SELECT
        state.site, state.db_version, state.seq,
        (
          SELECT ifnull(max(number), 0) / 2 * 2 FROM ${cells(spec)}
          WHERE
            ${all(isOwn)}
        ) AS last
      FROM ${STATE_TABLE} AS state
    )`;
  return statement(sql, args);
}

function forgetCovered(place: Place): Statement {
  const args: SqlValue[] = [];
  const isOwn = [...isOfLog(place, args), `site = ${LOCAL_SITE}`];
  const again = [...isOfLog(place, args), `site = ${LOCAL_SITE}`];
  const sql = statementText`
    DELETE FROM ${cells(place.spec)}
    WHERE
      ${all([
        ...isOwn,
        block`
          number < (
            SELECT max(number) FROM ${cells(place.spec)}
            WHERE
              ${all(again)}
          )`,
      ])}`;
  return statement(sql, args);
}

import { statementText } from '../../sql/layout.js';
import { headTable, importIndex, keyOf, logIndex, logTable, prunedTable } from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { eventValueOf, eventVersion } from './table.js';
import { valueTextSql } from './text.js';

/** Gives the log and its tables the new name of their table. Its indexes are made again, because SQLite cannot rename an index. */
export const renameLog = (from: string, to: string): string[] => [
  `ALTER TABLE ${quoteName(logTable(from))} RENAME TO ${quoteName(logTable(to))}`,
  `ALTER TABLE ${quoteName(headTable(from))} RENAME TO ${quoteName(headTable(to))}`,
  `ALTER TABLE ${quoteName(prunedTable(from))} RENAME TO ${quoteName(prunedTable(to))}`,
  ...[logIndex, importIndex].map((index) => `DROP INDEX IF EXISTS ${quoteName(index(from))}`),
];

export const renameLogKey = (table: string, from: string, to: string): string =>
  `ALTER TABLE ${quoteName(logTable(table))} RENAME COLUMN ${quoteName(keyOf(from))} TO ${quoteName(keyOf(to))}`;

export const renameLogColumn = (table: string, from: string, to: string): string[] => [
  ...[eventVersion, eventValueOf].map(
    (part) =>
      `ALTER TABLE ${quoteName(logTable(table))} RENAME COLUMN ${part(from)} TO ${part(to)}`,
  ),
  `UPDATE ${quoteName(headTable(table))} SET column_name = ${quoteText(to)} WHERE column_name = ${quoteText(from)}`,
];

/** Events that are there do not cover it, unless they wrote the whole row. */
export const addLogColumn = (table: string, name: string): string[] => [
  `ALTER TABLE ${quoteName(logTable(table))} ADD COLUMN ${eventVersion(name)} INTEGER`,
  `ALTER TABLE ${quoteName(logTable(table))} ADD COLUMN ${eventValueOf(name)}`,
];

/** What was written to a column that goes stays readable among the cells of columns that the schema lacks. */
export function dropLogColumn(table: string, name: string): string[] {
  const log = quoteName(logTable(table));
  return [
    statementText`
      UPDATE ${log}
      SET others = json_patch(
        ifnull(others, '{}'),
        json_object(${quoteText(name)}, json_array(ifnull(${eventVersion(name)}, row_version), ${valueTextSql(eventValueOf(name))}))
      )
      WHERE ${eventVersion(name)} IS NOT NULL OR row_version IS NOT NULL`,
    `DELETE FROM ${quoteName(headTable(table))} WHERE column_name = ${quoteText(name)}`,
    ...[eventVersion, eventValueOf].map((part) => `ALTER TABLE ${log} DROP COLUMN ${part(name)}`),
  ];
}

import { cellTypeOf, logColumns } from '../../columns/registry.js';
import { NEUTRAL_ORDINAL } from '../../model/site.js';
import type { TableSpec } from '../../model/table-spec.js';
import { greaterSql } from '../../sql/compare.js';
import { any, block, type Fragment, type Layout, list, statementText } from '../../sql/layout.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { clockKeys, sameRow } from '../clock/table.js';
import { STATE } from '../clock/write.js';
import { DB_VERSION } from '../state/table.js';
import type { MergedCells } from './gate.js';
import { NOTED, OUTDONE, SENT } from './plain-text.js';
import { CELL_COLUMNS, cellIdentity, cells, isLogged } from './table.js';

/*
 * Columns whose cells are a log: a site has a cell for each version that it has written, and one that covers all
 * earlier ones takes their place. So what a site has is a set that only grows: its greatest covering cell, and the cells
 * above it.
 *
 * Local bookkeeping, which does not travel:
 *
 *     base_value    of a site's cell: 1 once the base column shows it. Of no site's cell: the text before a write by SQL
 *     base_version  of this site's cell: 0, others have nothing of it. Of no site's cell: above 0 if a write by SQL is not in
 *                   the document yet, so that base_value counts; see plain-text.ts
 */

/** SQL condition on a cell: it covers the earlier ones of its site. */
export function coversSql(spec: TableSpec, cell: string): Layout {
  return any(
    logColumns(spec).map(
      (column) =>
        block`${cell}.column_name = ${quoteText(column.name)} AND ${cell}.site <> ${NEUTRAL_ORDINAL} AND ${cellTypeOf(column).log!.covers(`${cell}.version`)}`,
    ),
  );
}

/** {@link mergeCellsStatement} of a table with logs: what is covered here is not merged. */
export function mergeWithLogs(spec: TableSpec, { values, from }: MergedCells): string {
  const keys = clockKeys(spec);
  const [column, site, version] = values.slice(keys.length) as [string, string, string];
  const isLog = isLogged(spec, column, site);
  // No query may stand in DO UPDATE on Turso, so the inserted row brings the answer.
  const isDocument = block`
    EXISTS (
      SELECT 1 FROM ${cells(spec)} AS edited
      WHERE
        ${keys.map((key, i) => `edited.${key} = ${values[i]}`).join(' AND ')}
        AND edited.column_name = ${column}
        AND ${isLogged(spec, 'edited.column_name', 'edited.site')}
    )`;
  const note = block`CASE WHEN ${site} = ${NEUTRAL_ORDINAL} AND ${isDocument} THEN 0 END`;
  const noted = block`
    CASE
      WHEN base_version >= ${SENT} THEN ${OUTDONE}
      ELSE min(base_version, ${NOTED})
    END`;
  const keptNote = (value: Fragment) => block`CASE excluded.base_version WHEN 0 THEN ${value} END`;
  return statementText`
    INSERT INTO ${cells(spec)} (${keys.join(', ')}, ${CELL_COLUMNS}, number, base_version)
    SELECT
      ${list([...values, `CASE WHEN ${isLog} THEN ${version} ELSE 0 END`, note])}
    FROM ${from}
      AND NOT EXISTS (
        SELECT 1 FROM ${cells(spec)} AS covering
        WHERE
          ${keys.map((key, i) => `covering.${key} = ${values[i]}`).join(' AND ')}
          AND covering.column_name = ${column}
          AND covering.site = ${site}
          AND covering.number > ${version}
          AND (
            ${coversSql(spec, 'covering')}
          )
      )
    ON CONFLICT (${cellIdentity(spec)}) DO UPDATE SET
      version = excluded.version,
      value = excluded.value,
      db_version = excluded.db_version,
      seq = excluded.seq,
      base_version = ${keptNote(noted)},
      base_value = ${keptNote('base_value')}
    WHERE
      excluded.version > version
      OR excluded.version = version AND ${greaterSql('excluded.value', 'value')}`;
}

/** Drops what the cells cover that the running apply has brought. */
export function dropCovered(spec: TableSpec): string[] {
  if (logColumns(spec).length === 0) return [];
  const same = [...clockKeys(spec), 'column_name', 'site'];
  return [
    statementText`
      DELETE FROM ${cells(spec)}
      WHERE rowid IN (
        SELECT covered.rowid
        FROM ${cells(spec)} AS covering
        CROSS JOIN ${cells(spec)} AS covered
          ON ${same.map((name) => `covered.${name} = covering.${name}`).join(' AND ')}
            AND covered.number < covering.number
        WHERE
          covering.db_version = ${DB_VERSION}
          AND (
            ${coversSql(spec, 'covering')}
          )
      )`,
  ];
}

/**
 * For a trigger: a row got another key. What all sites have written goes with it, as updates of this site, since
 * nobody else has written under that key; writers of a document do not depend on sites.
 */
export function moveLogs(spec: TableSpec, seq: (column: number) => string): string[] {
  return logColumns(spec).flatMap((column) => {
    const index = spec.clockColumns.length + spec.cellColumns.indexOf(column);
    const isOfColumn = (cell: string, event: 'old' | 'new') =>
      `${sameRow(spec, cell, event)} AND ${cell}.column_name = ${quoteText(column.name)}`;
    const number = block`
      2 * (
        SELECT count(*) FROM ${cells(spec)} AS y
        WHERE
          ${isOfColumn('y', 'old')}
          AND y.site <> ${NEUTRAL_ORDINAL}
          AND (y.site < x.site OR y.site = x.site AND y.number <= x.number)
      )`;
    return [
      statementText`
        INSERT INTO ${cells(spec)} (${clockKeys(spec).join(', ')}, ${CELL_COLUMNS}, number, base_version, base_value)
        SELECT
          ${list([
            ...spec.key.map(({ name }) => `new.${quoteName(name)}`),
            ...[quoteText(column.name), 'state.site', 'x.place', 'x.value', 'state.db_version'],
            ...[seq(index), 'x.place', '0', 'x.base_value'],
          ])}
        FROM
          ${STATE},
          (
            SELECT ${number} AS place, x.value, x.base_value
            FROM ${cells(spec)} AS x
            WHERE
              ${isOfColumn('x', 'old')}
              AND x.site <> ${NEUTRAL_ORDINAL}
          ) AS x
        WHERE true
        ON CONFLICT DO NOTHING`,
      // A write by SQL that is not in the document yet: before, or with the key.
      statementText`
        UPDATE ${cells(spec)}
        SET (base_version, base_value) = (
          SELECT x.base_version, x.base_value FROM ${cells(spec)} AS x
          WHERE ${isOfColumn('x', 'old')} AND x.site = ${NEUTRAL_ORDINAL}
        )
        WHERE ${sameRow(spec, '', 'new')} AND column_name = ${quoteText(column.name)} AND site = ${NEUTRAL_ORDINAL}`,
      statementText`
        UPDATE ${cells(spec)}
        SET
          base_version = ${NOTED},
          base_value = old.${quoteName(column.name)}
        WHERE ${sameRow(spec, '', 'new')} AND column_name = ${quoteText(column.name)} AND site = ${NEUTRAL_ORDINAL}
          AND ifnull(base_version, 0) = 0
          AND old.${quoteName(column.name)} IS NOT new.${quoteName(column.name)}
          AND EXISTS (
            SELECT 1 FROM ${cells(spec)} AS x
            WHERE ${isOfColumn('x', 'new')} AND x.site <> ${NEUTRAL_ORDINAL}
          )`,
    ];
  });
}

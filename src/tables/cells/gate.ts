import { wireOffset } from '../../columns/versions.js';
import type { TableSpec } from '../../model/table-spec.js';
import { bytesOfText } from '../../model/value.js';
import { greaterSql } from '../../sql/compare.js';
import { block, type Fragment, list, statementText } from '../../sql/layout.js';
import { cellGate, clockTable, STATE_TABLE } from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { SOURCE } from '../apply/table.js';
import { clockKeys, sameKeys } from '../clock/table.js';
import { pendingUpsert, sizeSql } from '../pending/table.js';
import { type TriggerSql, triggerSql } from '../trigger.js';
import { mergeWithLogs } from './log.js';
import { CELL_COLUMNS, cells, hasLogs, isLogged } from './table.js';

/**
 * Merges one cell offered to the gate, which never holds a row. The row's own gate comes first, so
 * the row is there, or gone, or waits; then the cell waits with it.
 */
export function cellGateTrigger(spec: TableSpec): TriggerSql {
  const newKeys = clockKeys(spec).map((key) => `new.${key}`);
  const clock = quoteName(clockTable(spec.name));
  const sameRow = sameKeys(spec, 'clock', 'new');
  const offsets = spec.cellColumns.map(
    (column) => `WHEN ${quoteText(column.name)} THEN ${wireOffset(column)}`,
  );
  const versionOnWire = `new.version + CASE new.column_name ${offsets.join(' ')} END`;
  return triggerSql(spec, 'merge_cell', {
    comment: 'merges one cell of one site',
    on: `BEFORE INSERT ON ${quoteName(cellGate(spec.name))}`,
    when: [],
    body: [
      mergeCellsStatement(spec, {
        values: [
          ...newKeys,
          ...['new.column_name', 'new.site', 'new.version', 'new.value'],
          ...['state.db_version', 'new.seq'],
        ],
        from: block`
          ${STATE_TABLE} AS state
          JOIN ${clock} AS clock ON ${sameRow}
          WHERE clock.causal_length = new.causal_length`,
      }),
      pendingUpsert(
        spec.key.length,
        block`
          SELECT
            ${list([
              SOURCE,
              quoteText(spec.name),
              'new.pk',
              'new.column_name',
              'new.value',
              versionOnWire,
              'new.causal_length',
              'new.site',
              'new.seq',
              'db_version',
              sizeSql('new.pk', 'new.value', bytesOfText(spec.name)),
              hasLogs(spec)
                ? `CASE WHEN ${isLogged(spec, 'new.column_name', 'new.site')} THEN ${versionOnWire} ELSE 0 END`
                : '0',
              ...newKeys,
            ])}
          FROM ${STATE_TABLE}
          WHERE
            new.pk IS NOT NULL
            AND NOT EXISTS (
              SELECT 1 FROM ${clock} AS clock
              WHERE ${sameRow} AND clock.causal_length >= new.causal_length
            )`,
        [],
      ),
      'SELECT RAISE(IGNORE)',
    ],
  });
}

export interface MergedCells {
  /** The values of the cell table's columns, keys first. */
  readonly values: readonly Fragment[];
  /** The subquery that the values are selected from. */
  readonly from: Fragment;
}

/** Merges cells of rows that are here. */
export function mergeCellsStatement(spec: TableSpec, merged: MergedCells): string {
  if (hasLogs(spec)) return mergeWithLogs(spec, merged);
  const { values, from } = merged;
  const keys = clockKeys(spec).join(', ');
  return statementText`
    INSERT INTO ${cells(spec)} (${keys}, ${CELL_COLUMNS})
    SELECT
      ${list(values)}
    FROM ${from}
    ON CONFLICT (${keys}, column_name, site) DO UPDATE SET
      version = excluded.version,
      value = excluded.value,
      db_version = excluded.db_version,
      seq = excluded.seq,
      base_version = NULL,
      base_value = NULL
    WHERE
      excluded.version > version
      OR excluded.version = version AND ${greaterSql('excluded.value', 'value')}`;
}

import { clockTypeOf } from '../../columns/registry.js';
import type { TableSpec } from '../../model/table-spec.js';
import { block } from '../../sql/layout.js';
import { STATE_TABLE } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { moveLogs } from '../cells/log.js';
import { writeCells } from '../cells/write.js';
import { logBirth, logDeath } from '../log/write.js';
import { NOT_APPLYING } from '../state/table.js';
import { type TriggerSql, triggerSql } from '../trigger.js';
import { cellVersionSql } from './clock.js';
import { clock, sameRow } from './table.js';
import {
  bornRow,
  cellClocks,
  columnSeq,
  deadRow,
  hasChanged,
  isSameKey,
  localStampSql,
  NEXT_LIFE,
  rowStamp,
  STATE,
  sentinelSeq,
  seqWidth,
  takeSeqs,
} from './write.js';

/**
 * A changed key is a delete of the old row and a create of the new one. The cells move with their
 * versions and are stamped again, so that peers who have seen the old row get them (cr-sqlite moves
 * them without a stamp, and its peers never do).
 */
export function keyChangeTrigger(spec: TableSpec): TriggerSql {
  return triggerSql(spec, 'key', {
    comment: 'a changed key is a delete and a create',
    on: `AFTER UPDATE OF ${keyNames(spec)} ON ${quoteName(spec.name)}`,
    when: [NOT_APPLYING, `NOT (${isSameKey(spec)})`],
    body: [
      takeSeqs(spec),
      bornRow(spec, {
        rowVersion: '0',
        cells: spec.clockColumns.map((column) => movedCell(column)),
        sentinel: localStampSql(sentinelSeq(spec)),
        from: block`
          ${STATE}, ${clock(spec)} AS former
          WHERE ${sameRow(spec, 'former', 'old')}`,
        onConflict: [
          `causal_length = ${NEXT_LIFE}`,
          ...rowStamp('0'),
          'sentinel = excluded.sentinel',
          ...cellClocks(spec).map((x) => `${x} = excluded.${x}`),
        ],
      }),
      ...writeCells(spec),
      ...moveLogs(spec, (index) => columnSeq(spec, index)),
      ...logBirth(spec),
      // The old row's block lies in the same db_version: no page shows one row without the other.
      `UPDATE ${STATE_TABLE} SET seq = seq + ${seqWidth(spec)}`,
      deadRow(spec),
      ...logDeath(spec),
    ],
  });
}

function movedCell(column: TableSpec['clockColumns'][number]): string {
  const version = cellVersionSql(column.name, 'former.');
  const time = clockTypeOf(column).clockTime;
  // The new row is created with all of its values: none of them is left to what another life held there.
  const kept = `max(1, ${version})`;
  if (time === undefined) return `${kept} + (${hasChanged(column)})`;
  return `CASE WHEN ${hasChanged(column)} THEN ${time.next(version)} ELSE ${kept} END`;
}

export const keyNames = (spec: TableSpec) => spec.key.map(({ name }) => quoteName(name)).join(', ');

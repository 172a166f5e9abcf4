import { clockTypeOf, isDecidedByValue, logColumns } from '../../columns/registry.js';
import type { TableSpec } from '../../model/table-spec.js';
import { quoteName } from '../../sql/quote.js';
import { writeCells } from '../cells/write.js';
import { logBirth } from '../log/write.js';
import { NOT_APPLYING } from '../state/table.js';
import { type TriggerSql, triggerSql } from '../trigger.js';
import { cellVersionSql, NO_CLOCK, stampSql } from './clock.js';
import { cellClock } from './table.js';
import {
  bornRow,
  columnSeq,
  localStampSql,
  NEXT_LIFE,
  rowStamp,
  sentinelSeq,
  takeSeqs,
} from './write.js';

export function insertTrigger(spec: TableSpec): TriggerSql {
  return triggerSql(spec, 'insert', {
    comment: 'a new row, or one that replaces another',
    on: `AFTER INSERT ON ${quoteName(spec.name)}`,
    when: [NOT_APPLYING],
    body: [
      takeSeqs(spec),
      bornRow(spec, {
        rowVersion: '1',
        cells: spec.clockColumns.map((column, i) => {
          const time = clockTypeOf(column).clockTime;
          return time === undefined
            ? 'NULL'
            : `(${time.first} - 1) || ${localStampSql(columnSeq(spec, i))}`;
        }),
        sentinel: birthSentinel(spec),
        onConflict: rewrittenRow(spec),
      }),
      ...writeCells(spec),
      ...logBirth(spec),
    ],
  });
}

/**
 * A first life needs a sentinel only in a table without clocks of cells, to make its rows known to others. One that is
 * not the first is as if the tombstone before it were still here.
 */
function birthSentinel(spec: TableSpec): string {
  const stamp = localStampSql(sentinelSeq(spec));
  return spec.clockColumns.length === 0 ? stamp : `CASE WHEN state.birth > 1 THEN ${stamp} END`;
}

/**
 * An insert over a clock row. After a delete the row begins another life: its causal length turns odd,
 * which its sentinel makes known. Over a living row (INSERT OR REPLACE) every cell's version rises, and the
 * causal length by 2 if a sentinel is stored, as in cr-sqlite. It always does in a table with columns that
 * the value decides, or whose cells are a log: nothing keeps what a replaced row held, so the new row must begin a life of its own.
 * A row that was evicted goes on in the life that it had: see evict.ts.
 */
function rewrittenRow(spec: TableSpec): string[] {
  const beginsLife = spec.clockColumns.some(isDecidedByValue) || logColumns(spec).length > 0;
  // Of this insert, in terms of the clock row that it would have made.
  const stamp = (seq: string) => stampSql('excluded.db_version', 'excluded.row_site', seq);
  const sentinel = stamp('(excluded.row_seq - 1)');
  return [
    ...(beginsLife
      ? [`sentinel = ${sentinel}`, `causal_length = ${NEXT_LIFE}`]
      : [
          // A dead row always has a sentinel. One that was evicted may have none.
          `sentinel = CASE WHEN sentinel IS NOT NULL THEN ${sentinel} END`,
          `causal_length = CASE WHEN sentinel IS NULL THEN causal_length | 1 ELSE ${NEXT_LIFE} END`,
        ]),
    ...rowStamp('row_version + 1'),
    ...spec.clockColumns.map((column, i) => {
      const x = cellClock(column.name);
      const time = clockTypeOf(column).clockTime;
      if (time === undefined) return `${x} = CASE ${x} WHEN ${NO_CLOCK} THEN NULL ELSE ${x} END`;
      const next = time.next(cellVersionSql(column.name));
      return `${x} = (${next} - row_version - 1) || ${stamp(`(excluded.row_seq + ${i})`)}`;
    }),
  ];
}

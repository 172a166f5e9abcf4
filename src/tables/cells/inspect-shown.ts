import { cellTypeOf } from '../../columns/registry.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { differsSql } from '../../sql/compare.js';
import { block, list, statementText } from '../../sql/layout.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { CLOCK, clock, clockKeys, sameKeys, sameRow } from '../clock/table.js';
import type { Invariant } from '../invariant.js';
import { ROW, shownText } from '../invariant-sql.js';
import { silenced } from '../state/table.js';
import { cells } from './table.js';

/** What the cells give, wherever the row is shown. */
export function shownInvariant(spec: TableSpec, column: ReplicatedColumnSpec): Invariant {
  const shown = `${ROW}.${quoteName(column.name)}`;
  const given = cellTypeOf(column).shown(
    block`
      FROM ${cells(spec)} AS x
      WHERE ${sameKeys(spec, 'x', CLOCK)} AND x.column_name = ${quoteText(column.name)}`,
    shown,
  );
  const broken = block`
    ${CLOCK}.causal_length % 2 = 1
    AND ${differsSql(column, shown, String(block`(${given})`))}`;
  return {
    code: 'value-differs',
    column: column.name,
    broken,
    found: shownText(shown),
    expected: shownText(block`(${given})`),
    repairs: [
      {
        step: 'show',
        statements: silenced([
          statementText`
            UPDATE ${quoteName(spec.name)}
            SET ${quoteName(column.name)} = given.value
            FROM (
              SELECT ${list([...clockKeys(spec).map((key) => `${CLOCK}.${key}`), block`${given} AS value`])}
              FROM ${quoteName(spec.name)} AS ${ROW}
              JOIN ${clock(spec)} AS ${CLOCK} ON ${sameRow(spec, CLOCK, ROW)}
              WHERE
                ${broken}
            ) AS given
            WHERE ${sameRow(spec, 'given', quoteName(spec.name))}`,
        ]),
      },
    ],
  };
}

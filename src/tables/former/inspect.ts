import { replicatedColumns, type TableSpec } from '../../model/table-spec.js';
import { FORMER_TABLE } from '../../sql/names.js';
import { quoteText } from '../../sql/quote.js';
import type { Inspection } from '../invariant.js';
import { says, sharedRows } from '../invariant-sql.js';
import { WHOLE_TABLE } from './table.js';

/** A name in use is not a former name: changes under it would go elsewhere. */
export function inspectFormerNames(spec: TableSpec): Inspection[] {
  const names = replicatedColumns(spec).map(({ name }) => quoteText(name));
  const isOfTable = `crr_row.table_name = ${quoteText(spec.name)}`;
  const isUsed = `${isOfTable} AND crr_row.cid IN (${[WHOLE_TABLE, ...names].join(', ')})`;
  const isColumn = `crr_row.cid <> ${WHOLE_TABLE} AND instr(crr_row.cid, char(1)) = 0`;
  const isLost = `${isOfTable} AND ${isColumn} AND crr_row.present_name NOT IN (${["''", ...names].join(', ')})`;
  const remove = (broken: string) => ({
    step: 'state' as const,
    statements: [
      `DELETE FROM ${FORMER_TABLE} WHERE rowid IN (SELECT rowid FROM ${FORMER_TABLE} AS crr_row WHERE ${broken})`,
    ],
  });
  return [
    {
      table: FORMER_TABLE,
      rows: sharedRows(FORMER_TABLE, ['table_name', 'cid']),
      invariants: [
        {
          code: 'former-name',
          broken: isUsed,
          found: says('the name of a table or column that is in use'),
          expected: says('a name that is not in use any more'),
          repairs: [remove(isUsed)],
        },
        {
          code: 'former-name',
          broken: isLost,
          found: says('a name that now is that of a column which the table does not have'),
          expected: says('the present name of a column'),
          repairs: [remove(isLost)],
        },
      ],
    },
  ];
}

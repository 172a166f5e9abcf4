import { referencesOf } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all } from '../../sql/layout.js';
import { quoteName } from '../../sql/quote.js';
import { rowidOf } from '../clock/backfill.js';
import type { Inspection, Invariant } from '../invariant.js';
import { ROW, says } from '../invariant-sql.js';
import { isSettled } from './inspect-reasons.js';
import { baseValuesOf, lacksShownParent } from './sql.js';

/** A row that is shown refers to rows that are shown: when one of them leaves, it is parked or shows NULL. */
export function inspectReferences(spec: TableSpec): Inspection[] {
  const references = referencesOf(spec);
  if (references.length === 0) return [];
  return [
    {
      table: spec.name,
      rows: {
        from: quoteName(spec.name),
        alias: ROW,
        rowid: rowidOf(spec),
        key: { spec, of: (name) => `${ROW}.${quoteName(name)}` },
      },
      invariants: references.map((reference): Invariant => {
        const { columns, parent } = reference;
        return {
          code: 'foreign-key',
          ...(columns.length === 1 && { column: columns[0]! }),
          broken: all([lacksShownParent(reference, baseValuesOf(columns, ROW)), isSettled(spec)]),
          found: says(`a reference to a row of "${parent}" that is not there`),
          expected: says('a row; a repair parks the row, or shows NULL, until its parent comes'),
          // All rows are decided about again, this one among them.
          repairs: [{ step: 'stamp', statements: [], settles: true }],
        };
      }),
    },
  ];
}

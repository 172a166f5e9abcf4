import { type Affinity, affinityOf } from '../model/declared-type.js';
import type { ColumnSpec, TableSpec } from '../model/table-spec.js';
import { keyOf } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';
import { trueValue } from '../tables/aside/truth.js';
import { CLOCK, hasRowidKey } from '../tables/clock/table.js';

export interface ValueColumn {
  readonly sql: string;
  readonly affinity: Affinity;
  /** The JavaScript type does not determine the storage class, so the row contains it. */
  readonly isAmbiguous: boolean;
}

/** The key's values and those of the columns with clocks, in the order in which a row has them. */
export function valueColumns(spec: TableSpec): ValueColumn[] {
  const isRowidKey = hasRowidKey(spec);
  const column = (sql: string, { sqlType }: ColumnSpec, isKey: boolean): ValueColumn => {
    const affinity = affinityOf(sqlType);
    const isAmbiguous = affinity !== 'text' && affinity !== 'real' && !(isKey && isRowidKey);
    return { sql, affinity, isAmbiguous };
  };
  return [
    ...spec.key.map((key) => column(`${CLOCK}.${quoteName(keyOf(key.name))}`, key, true)),
    ...spec.clockColumns.map((cell) => column(trueValue(spec, cell.name), cell, false)),
  ];
}

import { cellTypeOf } from '../../columns/registry.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { block, list, statementText } from '../../sql/layout.js';
import { cellGate } from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { clock, clockKeys } from '../clock/table.js';
import { DB_VERSION } from '../state/table.js';
import { mergeCellsStatement } from './gate.js';

/** Cells of one column that are offered together. */
export interface CellOffer {
  readonly column: ReplicatedColumnSpec;
  /** They are last writes from before the column had a cell for each site. */
  readonly isFormer: boolean;
  /** Their rows may wait for other cells. */
  readonly mayWait: boolean;
}

/**
 * Offers cells: each has its row's key, causal length, site, version, value, seq, and the packed key if the
 * row may wait. Cells of rows that are here for sure are merged directly, others go through the gate.
 *
 * @param value SQL of a value by its index; `from` is the source of the values.
 */
export function offerCellsStatement(
  spec: TableSpec,
  { column, isFormer, mayWait }: CellOffer,
  value: (index: number) => string,
  from: string,
): string {
  const keys = clockKeys(spec);
  const key = keys.map((_, i) => value(i));
  const rest = (index: number) => value(keys.length + index);
  const [causalLength, site, version, val, seq, pk] = [0, 1, 2, 3, 4, 5].map(rest) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const held = isFormer ? (cellTypeOf(column).fromOtherType?.(val) ?? val) : val;
  const cell = [quoteText(column.name), site, version, held];
  if (mayWait) {
    const columns = [
      ...keys,
      ...['causal_length', 'column_name', 'site', 'version', 'value', 'seq', 'pk'],
    ];
    return statementText`
      INSERT INTO ${quoteName(cellGate(spec.name))} (
        ${list(columns)}
      )
      SELECT
        ${list([...key, causalLength, ...cell, seq, pk])}
      FROM ${from}`;
  }
  const sameRow = keys.map((name, i) => `clock.${name} = ${key[i]}`);
  return mergeCellsStatement(spec, {
    values: [...keys.map((name) => `clock.${name}`), ...cell, DB_VERSION, seq],
    // CROSS JOIN keeps this order: each cell looks up its row.
    from: block`
      ${from}
      CROSS JOIN ${clock(spec)} AS clock ON ${sameRow.join(' AND ')}
      WHERE clock.causal_length = ${causalLength}`,
  });
}

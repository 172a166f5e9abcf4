import { requiredIndexes, type TableSpec } from '../../model/table-spec.js';
import { all, block, type Fragment } from '../../sql/layout.js';
import { keyOf } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { existsRow } from '../aside/truth.js';
import { clock } from '../clock/table.js';
import type { MergingStyle } from '../merging.js';
import type { TriggerSql } from '../trigger.js';
import { deleteGate } from './delete.js';
import { earlyGate } from './early.js';
import { freshCellsGate, freshRowGate } from './fresh.js';
import { mergeGate } from './merge.js';
import { newerCellsGate, newerRowGate } from './newer.js';
import { base, baseIsOffered, clockIsOffered, offeredCell } from './table.js';

/** The triggers of the merge gate. Of their WHENs exactly one holds for every row. */
export function gateTriggers(spec: TableSpec, style: MergingStyle): TriggerSql[] {
  const required = requiredIndexes(spec);
  const looks = 'new.finding IS NULL';
  const isAlive = 'new.causal_length % 2 = 1';
  const isKnown = `EXISTS (SELECT 1 FROM ${clock(spec)} WHERE ${clockIsOffered(spec)})`;
  const isPresent =
    spec.constraints === undefined
      ? `EXISTS (SELECT 1 FROM ${base(spec)} WHERE ${baseIsOffered(spec)})`
      : existsRow(spec, (name) => `new.${quoteName(keyOf(name))}`);
  const offered = required.map((index) => `${offeredCell(spec, index).version} >= 0`);
  // A row may be created if all its NOT NULL cells are offered, or it is there already.
  const isPossible =
    required.length === 0 ? [] : [block`(${offered.join(' AND ')} OR ${isPresent})`];
  const fresh = (conditions: readonly Fragment[]) => block`
    CASE
      WHEN ${looks} THEN
        ${all(conditions)}
      ELSE new.finding = 'fresh'
    END`;
  // SQLite runs the newest trigger first: the commonest offers come last here.
  return [
    ...(required.length === 0
      ? []
      : [earlyGate(spec, [looks, isAlive, block`NOT ${isPossible[0]!}`])]),
    deleteGate(spec),
    mergeGate(spec, [looks, isAlive, ...isPossible, isKnown]),
    freshCellsGate(spec, [
      'new.row_version < 0',
      fresh([isAlive, ...isPossible, `NOT ${isKnown}`]),
    ]),
    ...(spec.clockColumns.length > 0
      ? [
          newerCellsGate(spec),
          newerRowGate(spec, style),
          freshRowGate(spec, ['new.row_version > 0', fresh([isAlive, `NOT ${isKnown}`])]),
        ]
      : []),
  ];
}

import { isLog } from '../columns/registry.js';
import { isFormerVersion, versionFromWire } from '../columns/versions.js';
import type { Change } from '../model/change.js';
import { isOfNoSite, NEUTRAL_ORDINAL } from '../model/site.js';
import { requiredIndexes, type TableSpec } from '../model/table-spec.js';
import type { StatementLimits } from '../sql/multi-row.js';
import { type RowWriter, SourceRows } from '../sql/source-rows.js';
import type { Statement } from '../sql/statement.js';
import { type CellOffer, offerCellsStatement } from '../tables/cells/offer.js';
import type { OrdinalsOfBatch } from './ordinals.js';
import type { RowOffer } from './table-group.js';

/**
 * INSERTs of many cells, a statement for each column. A row that may have to wait takes its cells through
 * their gate, and they wait with it; for all others the row is there by now.
 */
export function offerCells(
  spec: TableSpec,
  rows: readonly RowOffer[],
  ordinals: OrdinalsOfBatch,
  limits: StatementLimits,
): Statement[] {
  const columns = new Map(spec.cellColumns.map((column) => [column.name, column]));
  const required = requiredIndexes(spec);
  const groups = new Map<string, SourceRows<OfferedCell>>();
  // A plain text takes the place of one that was written here only if there is no document, also none in this batch.
  const plain = new Map<string, SourceRows<OfferedCell>>();
  for (const row of rows) {
    if (row.siteCells === undefined) continue;
    const mayWait = required.some((index) => row.cells[index] === undefined);
    for (const cell of row.siteCells.values()) {
      const column = columns.get(cell.cid)!;
      const isFormer = isFormerVersion(column, cell.col_version);
      const id = `${isFormer} ${mayWait} ${cell.cid}`;
      const isPlain = isLog(column) && (isFormer || isOfNoSite(cell));
      const all = isPlain ? plain : groups;
      let group = all.get(id);
      if (group === undefined) {
        const offer = { column, isFormer, mayWait };
        group = new SourceRows(
          (value, from) => offerCellsStatement(spec, offer, value, from),
          (offered, to) => writeCell(offered, offer, ordinals, to),
          limits,
        );
        all.set(id, group);
      }
      group.add({ row, cell });
    }
  }
  return [...groups.values(), ...plain.values()].flatMap((group) => group.finish());
}

interface OfferedCell {
  readonly row: RowOffer;
  readonly cell: Change;
}

/** Writes a cell's values in the order of {@link offerCellsStatement}. */
function writeCell(
  { row, cell }: OfferedCell,
  { column, isFormer, mayWait }: CellOffer,
  ordinals: OrdinalsOfBatch,
  to: RowWriter,
): void {
  for (const value of row.key) to.value(value);
  to.number(row.cl);
  to.number(isFormer ? NEUTRAL_ORDINAL : ordinals.of(cell));
  to.number(versionFromWire(column, cell.col_version));
  to.value(cell.val);
  to.number(cell.seq);
  if (mayWait) to.value(row.pk);
}

import { versionFromWire } from '../columns/versions.js';
import type { TableSpec } from '../model/table-spec.js';
import { compareValues } from '../model/value.js';
import type { EventOffer } from './event-offer.js';
import type { RowOffer } from './table-group.js';

/**
 * Whether a batch contains an event for all that it contains about a row, so that nothing of it can be in the clocks and not
 * in the log. Versions that no site wrote need none.
 */
export function isExplained(spec: TableSpec, { cl, cells, siteCells, events }: RowOffer): boolean {
  const offers = events?.offers.filter(({ change }) => change.cl === cl) ?? [];
  if (offers.length === 0) return false;
  const isWritten = (index: number, version: number, more: (offer: EventOffer) => boolean) =>
    offers.some((offer) => {
      const cell = offer.cells.get(index);
      return cell && (cell.version ?? offer.event.r) === version && more(offer);
    });
  for (const [index, cell] of cells.entries()) {
    if (cell === undefined || cell.col_version <= 0) continue;
    // Two sites can give a cell the same version. A NULL may stand for a value.
    const isSame = ({ cells }: EventOffer) => {
      const { value } = cells.get(index)!;
      if (value === cell.val) return true;
      return value === null
        ? spec.clockColumns[index]!.notNull === true
        : compareValues(value, cell.val) === 0;
    };
    if (!isWritten(index, cell.col_version, isSame)) return false;
  }
  if (siteCells === undefined) return true;
  const first = spec.clockColumns.length;
  return [...siteCells.values()].every(({ cid, col_version, site_id }) => {
    const index = spec.cellColumns.findIndex(({ name }) => name === cid);
    const version = versionFromWire(spec.cellColumns[index]!, col_version);
    return isWritten(first + index, version, ({ change }) => change.site_id === site_id);
  });
}

import { versionFromWire } from '../columns/versions.js';
import type { TableSpec } from '../model/table-spec.js';
import { compareValues } from '../model/value.js';
import type { EventOffer } from './event-offer.js';
import type { RowOffer } from './table-group.js';

/**
 * Whether a batch contains an event for all that it contains about a row, so that nothing of it can be in the clocks and not
 * in the log. Versions that no site wrote need none.
 */
export function isExplained(spec: TableSpec, row: RowOffer): boolean {
  const offers = row.events?.offers;
  if (offers === undefined || !offers.some(({ change }) => change.cl === row.cl)) return false;
  return areCellsExplained(spec, row, offers) && areSiteCellsExplained(spec, row, offers);
}

function areCellsExplained(
  { clockColumns }: TableSpec,
  { cl, cells }: RowOffer,
  offers: readonly EventOffer[],
): boolean {
  for (let index = 0; index < cells.length; index++) {
    const cell = cells[index];
    if (cell === undefined || cell.col_version <= 0) continue;
    // A NULL may stand for a value.
    const mayBeNull = clockColumns[index]!.notNull === true;
    let isWritten = false;
    for (const offer of offers) {
      const place = placeOf(offer, cl, index, cell.col_version);
      if (place === -1) continue;
      // Two sites can give a cell the same version.
      const value = offer.values[place]!;
      isWritten =
        value === cell.val || (value === null ? mayBeNull : compareValues(value, cell.val) === 0);
      if (isWritten) break;
    }
    if (!isWritten) return false;
  }
  return true;
}

function areSiteCellsExplained(
  { clockColumns, cellColumns }: TableSpec,
  { cl, siteCells }: RowOffer,
  offers: readonly EventOffer[],
): boolean {
  if (siteCells === undefined) return true;
  return [...siteCells.values()].every(({ cid, col_version, site_id }) => {
    const index = cellColumns.findIndex(({ name }) => name === cid);
    const version = versionFromWire(cellColumns[index]!, col_version);
    return offers.some(
      (offer) =>
        offer.change.site_id === site_id &&
        placeOf(offer, cl, clockColumns.length + index, version) !== -1,
    );
  });
}

/** Where an event of this life has the cell with this version; -1 if it did not write it. */
function placeOf(offer: EventOffer, cl: number, index: number, version: number): number {
  if (offer.change.cl !== cl) return -1;
  const place = offer.columns.indexOf(index);
  if (place === -1) return -1;
  return (offer.versions[place] ?? offer.rowVersion) === version ? place : -1;
}

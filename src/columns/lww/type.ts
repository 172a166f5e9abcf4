import type { ClockColumnType } from '../column-type.js';
import { compareLastWrite, lastWriteWins, refuseNull } from '../last-write.js';
import { COUNTS } from '../wire-range.js';

/**
 * The last write wins: the cell that was written more often, and of equal versions the greater value.
 * The rule of cr-sqlite, and the type of every column for which no other is declared.
 */
export const lww: ClockColumnType = {
  name: 'lww',
  fingerprint: 'lww',
  storage: 'clock',
  range: COUNTS,
  decidedBy: 'version',
  refuse: () => undefined,
  refuseCell: refuseNull,
  wins: lastWriteWins,
  compare: compareLastWrite,
};

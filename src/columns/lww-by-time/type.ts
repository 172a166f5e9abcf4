import type { ClockColumnType } from '../column-type.js';
import { compareLastWrite, lastWriteWins, refuseNull } from '../last-write.js';
import { TIMES } from '../wire-range.js';
import { NOW_SQL, nextTimeSql } from './time.js';

/** The last write wins by the writers' clocks: versions are times. */
export const lwwByTime: ClockColumnType = {
  name: 'lwwByTime',
  fingerprint: 'lww by time',
  storage: 'clock',
  range: TIMES,
  decidedBy: 'version',
  clockTime: { first: NOW_SQL, next: nextTimeSql },
  refuse: () => undefined,
  refuseCell: refuseNull,
  wins: lastWriteWins,
  compare: compareLastWrite,
};

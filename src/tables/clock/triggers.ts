import type { TableSpec } from '../../model/table-spec.js';
import { cellWriteTriggers } from '../cells/write.js';
import { logTriggers } from '../log/write.js';
import type { TriggerSql } from '../trigger.js';
import { growOnlyTriggers } from './grow-only.js';
import { deleteTrigger } from './on-delete.js';
import { insertTrigger } from './on-insert.js';
import { keyChangeTrigger } from './on-key-change.js';
import { updateTriggers } from './on-update.js';

/** The triggers that stamp local writes. */
export function writeTriggers(spec: TableSpec): TriggerSql[] {
  // Those made first run last, and the log needs what the others stamp.
  const stamps = [
    ...logTriggers(spec),
    insertTrigger(spec),
    ...updateTriggers(spec),
    ...cellWriteTriggers(spec),
  ];
  if (spec.rows === 'growOnly') return [...stamps, ...growOnlyTriggers(spec)];
  return [...stamps, keyChangeTrigger(spec), deleteTrigger(spec)];
}

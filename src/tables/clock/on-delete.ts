import type { TableSpec } from '../../model/table-spec.js';
import { quoteName } from '../../sql/quote.js';
import { logDeath } from '../log/write.js';
import { NOT_APPLYING } from '../state/table.js';
import { type TriggerSql, triggerSql } from '../trigger.js';
import { deadRow, takeSeqs } from './write.js';

export function deleteTrigger(spec: TableSpec): TriggerSql {
  return triggerSql(spec, 'delete', {
    comment: 'the clock row stays as a tombstone',
    on: `AFTER DELETE ON ${quoteName(spec.name)}`,
    when: [NOT_APPLYING],
    body: [takeSeqs(spec), deadRow(spec), ...logDeath(spec)],
  });
}

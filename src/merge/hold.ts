import { isOfLog } from '../columns/versions.js';
import type { Change } from '../model/change.js';
import { isOfNoSite } from '../model/site.js';
import { bytesOfText, type SqlValue } from '../model/value.js';
import { MultiRowStatements, type StatementLimits } from '../sql/multi-row.js';
import { quoteText } from '../sql/quote.js';
import { bindValue, type Statement } from '../sql/statement.js';
import { pendingUpsert } from '../tables/pending/table.js';
import { DB_VERSION } from '../tables/state/table.js';
import type { EarlyChange } from './group.js';
import type { OrdinalsOfBatch } from './ordinals.js';

/** Puts changes of a source that cannot be merged yet into the pending table. */
export function holdQueries(
  early: readonly EarlyChange[],
  source: string,
  ordinals: OrdinalsOfBatch,
  limits: StatementLimits,
): Statement[] {
  const byKeyColumns = new Map<number, MultiRowStatements>();
  for (const { change, key } of early) {
    let rows = byKeyColumns.get(key.length);
    if (rows === undefined) {
      rows = new MultiRowStatements((values) => pendingUpsert(key.length, values), limits);
      byKeyColumns.set(key.length, rows);
    }
    const args: SqlValue[] = [];
    const values = [
      quoteText(source),
      bindValue(change.table, args),
      bindValue(change.pk, args),
      bindValue(change.cid, args),
      bindValue(change.val, args),
      change.col_version,
      change.cl,
      ordinals.of(change),
      change.seq,
      DB_VERSION,
      sizeOf(change),
      isOfLog(change.col_version) && !isOfNoSite(change) ? change.col_version : 0,
      ...key.map((value) => bindValue(value, args)),
    ];
    rows.add(values.join(', '), args);
  }
  return [...byKeyColumns.values()].flatMap((rows) => rows.finish());
}

/** About the bytes of a change; see crr_pending. */
function sizeOf({ table, pk, cid, val }: Change): number {
  return bytesOfText(table) + bytesOfText(cid) + pk.length + sizeOfValue(val);
}

function sizeOfValue(val: SqlValue): number {
  if (val === null) return 0;
  if (typeof val === 'string') return bytesOfText(val);
  return val instanceof Uint8Array ? val.length : BYTES_OF_NUMBER;
}

const BYTES_OF_NUMBER = 8;

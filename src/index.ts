export { type Change, SENTINEL } from './changes/change.js';
export { packKey, unpackKey } from './changes/packed-key.js';
export type { SqlValue, StorageClass } from './changes/value.js';
export type { ApplyResult, ColumnRef } from './db/apply-result.js';
export type { ChangePage, ChangeStream, ChangesOptions, Cursor } from './db/change-stream.js';
export type { ApplyOptions, Crr } from './db/crr.js';
export { explain as explainError } from './db/database-errors.js';
export type { Evict } from './db/evict.js';
export { type FractOrder, fractOrder, fractOrderBy, type Place } from './db/fract-order.js';
export type { RowKey } from './db/ordered-table.js';
export type { Peer, PeerProgress, PeerUpdate } from './db/peers.js';
export type { RowRef } from './db/row-ref.js';
export type { Conflict, ConflictingValue, Contribution } from './db/site-values.js';
export { type WithCrrOptions, withCrr } from './db/with-crr.js';
export {
  CrrChangeError,
  type CrrChangeErrorCode,
  CrrDatabaseError,
  type CrrDatabaseErrorCode,
  CrrError,
  type CrrErrorCode,
  CrrMigrateError,
  type CrrMigrateErrorCode,
  CrrSchemaError,
  type CrrSchemaErrorCode,
  CrrSyncError,
  type CrrSyncErrorCode,
  CrrUsageError,
  type CrrUsageErrorCode,
} from './errors.js';
export { type LwwOptions, lww, mvr } from './schema/column-types.js';
export { counter, increment } from './schema/counter.js';
export { asCrr, crrTable } from './schema/crr-table.js';
export { type FractIndexOptions, fractIndex } from './schema/fract-index.js';

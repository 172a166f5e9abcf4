export { type Change, SENTINEL } from './changes/change.js';
export { packKey, unpackKey } from './changes/packed-key.js';
export type { SqlValue, StorageClass } from './changes/value.js';
export type { ChangePage, ChangeStream, ChangesOptions, Cursor } from './db/change-stream.js';
export type { ApplyOptions, ApplyResult, Crr, Evict, RowRef } from './db/crr.js';
export type { Peer, PeerProgress, PeerUpdate } from './db/peers.js';
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
export { lww } from './schema/column-types.js';
export { asCrr, crrTable } from './schema/crr-table.js';

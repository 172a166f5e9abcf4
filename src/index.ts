export { greatest } from './columns/greatest/declare.js';
export { least } from './columns/least/declare.js';
export { type LwwOptions, lww } from './columns/lww/declare.js';
export { mvr } from './columns/mvr/declare.js';
export type { ChangePage, ChangeStream, Cursor, ReadPage } from './database/change-stream.js';
export type { Compacted, CompactOptions, CompactResult } from './database/compact.js';
export type { ChangeBatch, SiteState } from './database/crr.js';
export { explain as explainError } from './database/database-errors.js';
export type { Evict } from './database/evict.js';
export type { Removal, RemovalOptions } from './database/hold-back.js';
export type { Peer, PeerProgress, PeerUpdate } from './database/peers.js';
export {
  days,
  type Pruned,
  type PruneOptions,
  type PruneResult,
} from './database/prune-options.js';
export type { OpenText, TextCodec, TextEdit } from './documents/codec.js';
export type {
  DocumentChange,
  DocumentOptions,
  LiveDocument,
} from './documents/live-document.js';
export type { DocumentMerge } from './documents/merges.js';
export type { ApplyResult, MergeResult, ParkedRow, RejectedRow } from './drizzle/apply-result.js';
export type {
  ConcurrentConflict,
  ConcurrentWrite,
  Conflict,
  ConflictingValue,
  ReferenceConflict,
  RegisterConflict,
  RejectedConflict,
  UniqueConflict,
} from './drizzle/conflict.js';
export type { Crr, CrrTransport } from './drizzle/crr.js';
export type { CrrDatabase } from './drizzle/crr-database.js';
export type { CrrHistory } from './drizzle/crr-history.js';
export type { CrrReview } from './drizzle/crr-review.js';
export type {
  Draft,
  DraftInfo,
  DraftItem,
  DraftMergeOptions,
  DraftMergeResult,
  DraftReview,
} from './drizzle/draft-types.js';
export type { TableAsOf } from './drizzle/history.js';
export type {
  AsOfMoment,
  ChangedValue,
  CommitOptions,
  HistoryEvent,
  HistoryOptions,
  RevertOptions,
  RevertResult,
  RevertTarget,
  UndoResult,
} from './drizzle/history-types.js';
export type { AsyncTransaction } from './drizzle/noted-transaction.js';
export type {
  ApplyOptions,
  ChangesOptions,
  MergeOptions,
  ReadOptions,
  ResolveConflict,
  Resolved,
  ResolveOptions,
} from './drizzle/options.js';
export {
  type FractOrder,
  fractOrder,
  fractOrderBy,
  type Place,
} from './drizzle/order/fract-order.js';
export type { RowKey } from './drizzle/order/table.js';
export type { ResolvedResult, UnresolvedRow } from './drizzle/resolve.js';
export type { RowConflict, RowFork } from './drizzle/row-fork.js';
export type { ColumnConflict, PreviewResult, RowMerge, RowSide } from './drizzle/row-merge.js';
export type { ColumnRef, RowRef } from './drizzle/row-ref.js';
export type { UnsentOptions, UnsentRow } from './drizzle/unsent.js';
export type { Finding, VerifyOptions, VerifyResult } from './drizzle/verify-result.js';
export { type WithCrrOptions, withCrr } from './drizzle/with-crr.js';
export {
  CrrChangeError,
  type CrrChangeErrorCode,
  CrrDatabaseError,
  type CrrDatabaseErrorCode,
  CrrDraftError,
  type CrrDraftErrorCode,
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
export type { HiddenRow } from './feed/page.js';
export type { Contribution } from './feed/site-values.js';
export { type Change, SENTINEL } from './model/change.js';
export type { CrrEvent } from './model/event.js';
export { packKey, unpackKey } from './model/packed-key.js';
export type { SqlValue, StorageClass } from './model/value.js';
export { collaborativeText } from './schema/collaborative-text.js';
export { counter, increment } from './schema/counter.js';
export { type AsCrrOptions, asCrr, type CrrTableOptions, crrTable } from './schema/crr-table.js';
export type { RejectedRows, UniqueLoserKind } from './schema/declaration.js';
export { type FractIndexOptions, fractIndex } from './schema/fract-index.js';
export type { Statement } from './sql/statement.js';
export type { FindingCode } from './tables/finding.js';
export type { KnownPeer } from './tables/peer/holdback.js';

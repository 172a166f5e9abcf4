export { CrrSyncError, type CrrSyncErrorCode } from '../errors.js';
export type { Authorization, TableAccess } from './authorization.js';
export {
  type ContinuousOptions,
  createSync,
  type Sync,
  type SyncEvent,
  type SyncOptions,
} from './client.js';
export type { SyncProgress, SyncResult } from './exchange.js';
export type { Fetch } from './fetch-chain.js';
export {
  createSyncHandler,
  type LiveOptions,
  type SyncHandler,
  type SyncHandlerOptions,
  type SyncLimits,
} from './handler.js';
export type { SyncPhase } from './machine.js';
export { LIMITS, PROTOCOL_VERSION } from './protocol.js';
export type { SyncHeaders } from './transport.js';

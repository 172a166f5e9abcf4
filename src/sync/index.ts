export { CrrSyncError, type CrrSyncErrorCode } from '../errors.js';
export {
  type ContinuousOptions,
  createSync,
  type Sync,
  type SyncEvent,
  type SyncOptions,
} from './client/client.js';
export type { SyncProgress, SyncResult } from './client/exchange.js';
export type { Fetch } from './client/fetch-chain.js';
export type { SyncPhase } from './client/machine.js';
export type { SyncHeaders } from './client/transport.js';
export { LIMITS, PROTOCOL_VERSION } from './protocol.js';
export type { Authorization, TableAccess } from './server/authorization.js';
export {
  createSyncHandler,
  type LiveOptions,
  type SyncHandler,
  type SyncHandlerOptions,
  type SyncLimits,
} from './server/handler.js';

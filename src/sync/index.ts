export { CrrSyncError, type CrrSyncErrorCode } from '../errors.js';
export { createSync, type Sync, type SyncEvent } from './client/client.js';
export type { Fetch } from './client/fetch-chain.js';
export type { SyncHeaders } from './client/http-connection.js';
export type { SyncPhase } from './client/machine.js';
export type { ContinuousOptions, SyncOptions } from './client/options.js';
export type { Presence } from './client/presence.js';
export type {
  RefusedRowRef,
  RejectedRowRef,
  SyncProgress,
  SyncResult,
  TooLargeCellRef,
} from './client/result.js';
export { LIMITS, PROTOCOL_VERSION } from './protocol.js';
export type { Authorization, TableAccess } from './server/authorization.js';
export type { CorsOrigins } from './server/cors.js';
export { createSyncHandler, type SyncHandler } from './server/handler.js';
export type { LiveOptions, SyncHandlerOptions, SyncLimits } from './server/options.js';
export type { PresentPeer } from './wire/live-events.js';

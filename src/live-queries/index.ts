export type { LiveSnapshot } from './entry.js';
export {
  type LiveQuery,
  type LiveQueryOptions,
  type LiveResult,
  type LiveSource,
  liveQuery,
} from './live-query.js';

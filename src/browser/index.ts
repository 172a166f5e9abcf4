export type { BundledMigration, MigrationBundle } from './migrations.js';
export { type OpfsPoolOptions, opfsPool } from './opfs-pool.js';
export { type OpenConnection, serveDatabase } from './serve.js';
export { shareSync } from './share-sync.js';
export {
  openSharedDatabase,
  type SharedClient,
  type SharedDatabase,
  type SharedDatabaseEvent,
  type SharedDatabaseOptions,
} from './shared-database.js';
export type { WorkerConnection } from './worker-database.js';

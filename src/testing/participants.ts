import type { CrrDatabase } from '../drizzle/crr-database.js';
import type { Sync } from '../sync/client/client.js';
import type { SyncOptions } from '../sync/client/options.js';
import type { SyncHandler } from '../sync/server/handler.js';
import type { SyncHandlerOptions } from '../sync/server/options.js';
import type { Link } from './link.js';

export interface TestNetworkOptions {
  /** Decides what is lost, repeated and late, and who syncs first. Equal seeds do the same. Default: 1. */
  readonly seed?: number;
}

/** Options of the handler; without `authorize` it is public. */
export type TestServerOptions = Omit<SyncHandlerOptions, 'db' | 'public'> & {
  readonly name?: string;
};

export interface TestServer {
  /** For messages. Default: "server", then "server 2" and so on. */
  readonly name: string;
  readonly db: CrrDatabase;
  readonly handler: SyncHandler;
  /** Whether `authorize` decides what a client gets. */
  readonly isLimited: boolean;
}

/** Options of its sync. Requests are not repeated, unless `retry` says so. */
export type TestClientOptions = Omit<SyncOptions, 'db' | 'url' | 'fetch'> & {
  readonly name?: string;
};

export interface TestClient {
  /** For messages. Default: "client 1", "client 2" and so on. */
  readonly name: string;
  readonly db: CrrDatabase;
  readonly server: TestServer;
  readonly sync: Sync;
  readonly link: Link;
  readonly options: TestClientOptions;
}

export interface ConvergedOptions {
  /** Compares only these tables, by their names in the database. Default: those that the client exchanges. */
  readonly tables?: readonly string[];
  /**
   * Makes an empty database with the tables of the clients, which then starts from scratch: so it is found, too,
   * if a client whose server filters rows lacks some. Without it such a client is only compared in the rows that it has.
   */
  readonly open?: () => Promise<CrrDatabase> | CrrDatabase;
}

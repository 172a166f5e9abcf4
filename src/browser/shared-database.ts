import { DEFAULT_BUSY_TIMEOUT } from '../engines/busy.js';
import { CrrUsageError } from '../errors.js';
import { Listeners } from '../live/listeners.js';
import { errorReporter } from '../live/report-error.js';
import type { DriverRow } from '../sql/driver-value.js';
import type { Statement } from '../sql/statement.js';
import { Leadership } from './leadership.js';
import { plainError } from './messages.js';
import type { MigrationBundle } from './migrations.js';
import { type BrowserWorker, browser, names } from './platform.js';
import { NewsChannel, Requests } from './requests.js';

/** A worker's script may have to come through a slow line. */
const START_TIMEOUT = 30_000;

export interface SharedDatabaseOptions {
  /** The file's name. Tabs of one origin that use the same name share the database. */
  readonly name: string;
  /**
   * Starts the worker that calls `serveDatabase`, when this tab leads.
   *
   * @example
   * () => new Worker(new URL('./database-worker.ts', import.meta.url), { type: 'module' })
   */
  readonly worker: () => BrowserWorker;
  /** What `drizzle-crr bundle` wrote. Those that the database has not run are run before the first query. */
  readonly migrations?: MigrationBundle;
  /** How long a query waits for the transaction of another tab, in milliseconds. Default: 5,000. */
  readonly busyTimeout?: number;
  /** How long the worker may take until it calls `serveDatabase`, in milliseconds. Default: 30,000. */
  readonly startTimeout?: number;
  /** Called with errors of the worker and of listeners. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
}

/** What happens to a {@link SharedDatabase}. */
export type SharedDatabaseEvent =
  /** This tab has the database now, or has it no more. */
  | { readonly type: 'leader'; readonly isLeader: boolean }
  /** This or another tab has committed something. */
  | { readonly type: 'written' };

/** The database of an origin, as one of its tabs has it. */
export interface SharedDatabase {
  readonly name: string;
  /** For `drizzle()` of `drizzle-orm/sqlite-proxy`, of Drizzle 0.45 and 1.0. */
  readonly client: SharedClient;
  /**
   * Resolves when the database is open and its migrations have run. Queries wait for it by themselves.
   *
   * @throws {CrrDatabaseError} CRR_DATABASE_STORAGE if the browser has no place for it; whatever a migration fails with.
   */
  readonly ready: Promise<void>;
  readonly isLeader: boolean;
  /** Adds a listener, and returns the function that removes it. */
  subscribe(listener: (event: SharedDatabaseEvent) => void): () => void;
  /**
   * Runs something in whichever tab leads: now or when this one does. The signal is aborted when it leads no more.
   * Returns the function that ends it.
   */
  whileLeading(run: (signal: AbortSignal) => unknown): () => void;
  /** Gives the database up. Queries that have no answer fail. */
  close(): void;
}

/** The functions that Drizzle's sqlite-proxy takes: Drizzle 0.45 calls it, 1.0 its members. */
export interface SharedClient {
  // biome-ignore lint/suspicious/noExplicitAny: Drizzle's own type
  (sql: string, params: any[], method: string): Promise<{ rows: any[] }>;
  run(sql: string, params: unknown[]): Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: Drizzle's own type
  all(sql: string, params: unknown[]): Promise<any[]>;
  // biome-ignore lint/suspicious/noExplicitAny: Drizzle's own type
  get(sql: string, params: unknown[]): Promise<any>;
  /** See {@link sqliteProxy}. */
  atomicBatch(statements: readonly Statement[], mode: 'read' | 'write'): Promise<DriverRow[][]>;
}

/**
 * Shares a database between the tabs of an origin. One of them leads: its worker has the files, and the others ask it. When
 * the leading tab is closed, frozen or killed, the next one goes on. A query that has no answer yet is asked again,
 * and no write is done twice; a transaction that was open fails with CRR_DATABASE_TRANSACTION_LOST, and can be run again.
 *
 * @throws {CrrUsageError} CRR_USAGE_DRIVER where there are no Web Locks, such as in a page that is not secure.
 *
 * @example
 * const shared = openSharedDatabase({
 *   name: 'board',
 *   worker: () => new Worker(new URL('./database-worker.ts', import.meta.url), { type: 'module' }),
 *   migrations,
 * });
 * const db = withCrr(drizzle(shared.client, { schema }), { schema });
 */
export function openSharedDatabase(options: SharedDatabaseOptions): SharedDatabase {
  const { name, worker, migrations, busyTimeout = DEFAULT_BUSY_TIMEOUT } = options;
  const { startTimeout = START_TIMEOUT } = options;
  const { locks } = browser.navigator ?? {};
  if (locks === undefined) {
    throw new CrrUsageError(
      'CRR_USAGE_DRIVER',
      'openSharedDatabase() needs Web Locks, which browsers have in secure pages: serve the page by https, or from localhost',
    );
  }
  const onError = errorReporter(options.onError);
  const listeners = new Listeners<SharedDatabaseEvent>(onError);
  const tab = crypto.randomUUID();
  const requests = new Requests(name, tab);
  const closed = new AbortController();
  // Others see by it that this tab is open.
  const isOpen = new Promise<void>((resolve, reject) => {
    locks
      .request(names(name).tab(tab), {}, () => {
        resolve();
        return new Promise((end) => closed.signal.addEventListener('abort', end));
      })
      .catch(reject);
  });
  const news = new NewsChannel(name, (news) => {
    if (news.type === 'written') return listeners.emit(news);
    if (news.type === 'failed') return requests.fail(news.error);
    if (news.type === 'starting') return leadership.started();
    if (news.type === 'unopened') return leadership.fail(news.error);
    leadership.opened();
    requests.reopened({ type: 'open', bundle: migrations });
    // The worker before may have ended before it told of its last writes.
    listeners.emit({ type: 'written' });
  });
  const leadership = new Leadership({
    database: name,
    busyTimeout,
    startTimeout,
    startWorker: worker,
    onChange: (isLeader) => listeners.emit({ type: 'leader', isLeader }),
    onFailure(error) {
      const failed = { type: 'failed', error: plainError(error) } as const;
      requests.fail(failed.error);
      news.tell(failed);
    },
    onReturn: () => requests.repeat(),
    onError,
  });
  leadership.join();
  let opening: Promise<void> | undefined;
  /** Asked again after it has failed: another tab may have the database by then. */
  const open = (): Promise<void> => {
    opening ??= isOpen
      .then(() => requests.ask({ type: 'open', bundle: migrations }))
      .then(
        () => {},
        (error: unknown) => {
          opening = undefined;
          throw error;
        },
      );
    return opening;
  };
  const ready = open();
  ready.catch(() => {}); // Each query fails with it.
  return {
    name,
    client: clientOf(requests, open),
    ready,
    get isLeader() {
      return leadership.isLeader;
    },
    subscribe: (listener) => listeners.add(listener),
    whileLeading: (run) => whileLeading(leadership, listeners, run, onError),
    close() {
      leadership.close();
      news.close();
      requests.close(new Error('the shared database was closed'));
      closed.abort();
    },
  };
}

function clientOf(requests: Requests, open: () => Promise<void>): SharedClient {
  const query = async (sql: string, args: unknown[]) => {
    await open();
    return requests.query({ sql, args: args as Statement['args'] });
  };
  const call = async (sql: string, params: unknown[], method: string) => {
    const rows = await query(sql, params);
    return { rows: (method === 'get' ? rows[0] : rows) as unknown[] };
  };
  return Object.assign(call, {
    run: query,
    all: query,
    get: async (sql: string, params: unknown[]) => (await query(sql, params)).at(0),
    async atomicBatch(statements: readonly Statement[], mode: 'read' | 'write') {
      await open();
      // What is beside, such as what reads the rows, cannot be sent.
      const plain = statements.map(({ sql, args }) => ({ sql, args }));
      return requests.ask({ type: 'batch', statements: plain, mode });
    },
  });
}

function whileLeading(
  leadership: Leadership,
  listeners: Listeners<SharedDatabaseEvent>,
  run: (signal: AbortSignal) => unknown,
  onError: (error: unknown) => void,
): () => void {
  let turn: AbortController | undefined;
  const change = (isLeader: boolean) => {
    turn?.abort();
    turn = isLeader ? new AbortController() : undefined;
    if (turn === undefined) return;
    Promise.resolve(turn.signal).then(run).catch(onError);
  };
  const remove = listeners.add((event) => {
    if (event.type === 'leader') change(event.isLeader);
  });
  if (leadership.isLeader) change(true);
  return () => {
    remove();
    turn?.abort();
  };
}

import { type Answer, type News, type OpenMessage, plainError, type Request } from './messages.js';
import { type BrowserChannel, browser, names } from './platform.js';
import { Turns } from './turns.js';
import { type WorkerConnection, WorkerDatabase } from './worker-database.js';

/**
 * Opens the file of a database.
 *
 * @param database the name that `openSharedDatabase` was given.
 */
export type OpenConnection = (database: string) => WorkerConnection | Promise<WorkerConnection>;

/** How long a worker waits for the files that the worker before it is about to close. */
const HANDOVER_MS = 5_000;
const HANDOVER_STEP_MS = 25;

/**
 * Makes a worker answer for a database to all tabs. To be called in the worker that `openSharedDatabase` starts, before
 * anything is awaited there: a worker loses what it is sent before it listens.
 *
 * @example
 * // database-worker.ts
 * import initSqlite from '@sqlite.org/sqlite-wasm';
 * import { opfsPool, serveDatabase } from 'drizzle-crr/browser';
 * serveDatabase(opfsPool(initSqlite));
 */
export function serveDatabase(open: OpenConnection): void {
  const onMessage = ({ data }: { readonly data: OpenMessage }) => {
    if (data?.drizzleCrr !== 'open') return;
    browser.removeEventListener('message', onMessage);
    serve(data, open);
  };
  browser.addEventListener('message', onMessage);
}

function serve({ database: name, busyTimeout }: OpenMessage, open: OpenConnection): void {
  const shared = names(name);
  const requests = new browser.BroadcastChannel(shared.requests);
  const news = new browser.BroadcastChannel(shared.news);
  news.postMessage({ type: 'starting' } satisfies News);
  const tabs = new Map<string, BrowserChannel>();
  const answer = (tab: string, message: Answer) => {
    const channel = tabs.get(tab) ?? new browser.BroadcastChannel(shared.answers(tab));
    tabs.set(tab, channel);
    channel.postMessage(message);
  };
  const whenClosed = (tab: string, run: () => void) => {
    const end = new AbortController();
    const { signal } = end;
    // Granted when the tab is closed, unless the signal comes first, which is an error.
    void browser.navigator.locks!.request(shared.tab(tab), { signal }, run).catch(() => {});
    return () => end.abort();
  };

  let waiting: Request[] | undefined = [];
  // The worker before may have done it while it ended.
  let take = (request: Request): void => void waiting?.push({ ...request, isRepeated: true });
  requests.onmessage = ({ data }) => take(data);

  let isTold = true;
  const onWritten = () => {
    if (!isTold) return;
    isTold = false;
    setTimeout(() => {
      isTold = true;
      news.postMessage({ type: 'written' } satisfies News);
    });
  };

  const start = async () => {
    const database = new WorkerDatabase(await opened(name, open));
    const { held = [] } = await browser.navigator.locks!.query();
    const prefix = shared.tab('');
    database.prepare(
      held.flatMap(({ name = '' }) => (name.startsWith(prefix) ? name.slice(prefix.length) : [])),
    );
    const onClosed = (tab: string) => {
      tabs.get(tab)?.close();
      tabs.delete(tab);
    };
    const turns = new Turns({ database, busyTimeout, whenClosed, answer, onClosed, onWritten });
    take = (request) => turns.take(request);
  };
  const begin = () => {
    for (const request of waiting ?? []) take(request);
    waiting = undefined;
    news.postMessage({ type: 'open' } satisfies News);
  };
  // The leading tab ends this worker then, and another tab may have more luck.
  const giveUp = (error: unknown) =>
    news.postMessage({ type: 'unopened', error: plainError(error) } satisfies News);
  start().then(begin).catch(giveUp);
}

/** The worker of a tab that was closed a moment ago may still have the files. */
async function opened(name: string, open: OpenConnection): Promise<WorkerConnection> {
  const until = performance.now() + HANDOVER_MS;
  for (;;) {
    try {
      return await open(name);
    } catch (error) {
      if (!isInUse(error) || performance.now() > until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, HANDOVER_STEP_MS));
  }
}

const isInUse = (error: unknown) =>
  /NoModificationAllowed|InvalidState|createSyncAccessHandle|another open Access Handle/.test(
    `${(error as Error | undefined)?.name} ${(error as Error | undefined)?.message}`,
  );

/**
 * What this folder uses of a browser. The types of the DOM are for programs in a page only, and would be there for the
 * whole library.
 */

export interface BrowserLocks {
  request(
    name: string,
    options: { readonly signal?: AbortSignal },
    run: () => Promise<unknown> | unknown,
  ): Promise<unknown>;
  query(): Promise<{
    readonly held?: readonly { readonly name?: string }[];
    readonly pending?: readonly { readonly name?: string }[];
  }>;
}

/** A dedicated `Worker`. */
export interface BrowserWorker {
  postMessage(message: unknown): void;
  terminate(): void;
  onerror: ((event: never) => unknown) | null;
}

export interface BrowserChannel {
  postMessage(message: unknown): void;
  close(): void;
  onmessage: ((event: { readonly data: never }) => unknown) | null;
}

interface EventTargetLike {
  addEventListener(type: string, listener: (event: never) => unknown): void;
  removeEventListener(type: string, listener: (event: never) => unknown): void;
}

interface BrowserGlobals {
  readonly navigator: {
    readonly locks?: BrowserLocks;
    readonly storage?: { getDirectory?(): Promise<unknown>; persist?(): Promise<boolean> };
  };
  readonly document?: EventTargetLike;
  readonly BroadcastChannel: new (name: string) => BrowserChannel;
}

export const browser = globalThis as unknown as BrowserGlobals & EventTargetLike;

/** Names that the tabs and workers of a database share. */
export const names = (database: string) => ({
  /** Requests to the worker that has the database. */
  requests: `drizzle-crr:${database}:requests`,
  /** What it tells all tabs. */
  news: `drizzle-crr:${database}:news`,
  /** Events of the sync that they share. */
  sync: `drizzle-crr:${database}:sync`,
  /** Answers to a tab. */
  answers: (tab: string) => `drizzle-crr:${database}:tab:${tab}`,
  /** The lock of the tab that leads. */
  leader: `drizzle-crr:${database}:leader`,
  /** The lock that a tab has while it is open. */
  tab: (tab: string) => `drizzle-crr:${database}:tab:${tab}`,
});

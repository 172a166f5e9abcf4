import { CrrUsageError } from '../../errors.js';
import type { CrrEvent } from '../../model/event.js';
import { optionsOf, requireOptions } from '../../model/options.js';
import { LIMITS } from '../protocol.js';
import type { CommitOptions, ResolveConflict, Site, SyncDatabase } from '../site.js';
import { CODECS, type CodecName } from '../wire/codecs.js';
import { withDefaults } from '../with-defaults.js';
import type { Fetch } from './fetch-chain.js';
import type { SyncHeaders } from './http-connection.js';

export interface SyncOptions {
  /** A database made by `withCrr`. */
  readonly db: SyncDatabase;
  /**
   * The address of a handler. Optional if there is a `fetch`. The database stores the progress of
   * the exchange with the server's site id, so the address may change.
   */
  readonly url?: string | undefined;
  /** Used instead of the platform's `fetch`. A handler of `createSyncHandler` can be used here. */
  readonly fetch?: Fetch | undefined;
  /** Headers of every request, such as a token, or a function that returns them. */
  readonly headers?: SyncHeaders | undefined;
  /** Exchange only these tables, by their names in the database. */
  readonly tables?: readonly string[] | undefined;
  /** The approximate size of a chunk in either direction, in bytes before compression. Default: 1 MiB. */
  readonly chunkBytes?: number | undefined;
  /** The greatest number of changes in a chunk. Default: 20,000. */
  readonly maxChanges?: number | undefined;
  /** The greatest size of an answer, in bytes after decompression. Default: 32 MiB. */
  readonly maxMessageBytes?: number | undefined;
  /**
   * How long an answer may take to begin, and then to be complete, in milliseconds each.
   * Default: 60,000.
   */
  readonly timeoutMs?: number | undefined;
  /** How requests are repeated if the network or the server fails. Delays are random. */
  readonly retry?: SyncRetryOptions | undefined;
  /** `'json'` makes messages readable, for debugging. Default: `'binary'`. */
  readonly format?: CodecName | undefined;
  /** Options of {@link Sync.start}. */
  readonly continuous?: ContinuousOptions | undefined;
  /**
   * Decides the conflicts that a sync brings into tables with history, as `resolve` of `$crr.apply()` does. Errors that it
   * throws, and those of the database about what it gives, go to `onError`: the conflict stays, and the sync goes on.
   */
  readonly resolve?: ResolveConflict | undefined;
  /** Who decides, and why: noted in the history with what `resolve` gives. */
  readonly note?: CommitOptions | undefined;
  /**
   * Called with errors that nothing else reports: those that a listener throws and, after
   * {@link Sync.start}, errors of this database. Default: they are written to the console.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
  /**
   * Called with what this client does, in numbers: `sync`, `sync-failed`, `sync-request`, `sync-retry`, `sync-recovery`
   * and `sync-phase`. If it throws, the error goes to `onError`, and nothing else happens.
   */
  readonly onEvent?: ((event: CrrEvent) => void) | undefined;
}

export interface SyncRetryOptions {
  /** How many times a request is sent at most. Default: 4. */
  readonly attempts?: number | undefined;
  /** The limit of the first delay, in milliseconds. It doubles with each failure. Default: 250. */
  readonly baseMs?: number | undefined;
  /** The greatest limit of a delay, in milliseconds. Default: 30,000. */
  readonly maxMs?: number | undefined;
}

export interface ContinuousOptions {
  /** How often this database is checked for new changes, in milliseconds. Default: 200. */
  readonly localPollMs?: number | undefined;
  /** How often the server is checked if there is no live stream, in milliseconds. Default: 1,000. */
  readonly remotePollMs?: number | undefined;
  /** Whether to use the live stream of the server. Default: true. */
  readonly liveStream?: boolean | undefined;
}

const OPTIONS = optionsOf<SyncOptions>({
  db: 'any',
  url: 'any',
  fetch: 'function',
  headers: 'any',
  tables: 'list',
  chunkBytes: 'number',
  maxChanges: 'number',
  maxMessageBytes: 'number',
  timeoutMs: 'number',
  retry: 'object',
  format: 'any',
  continuous: 'object',
  resolve: 'function',
  note: 'object',
  onError: 'function',
  onEvent: 'function',
});
const RETRY = optionsOf<SyncRetryOptions>({
  attempts: 'number',
  baseMs: 'number',
  maxMs: 'number',
});
const CONTINUOUS = optionsOf<ContinuousOptions>({
  localPollMs: 'number',
  remotePollMs: 'number',
  liveStream: 'boolean',
});

/** Options with their defaults. */
export type ResolvedOptions = ReturnType<typeof resolveOptions>;

/** The address if there is only a `fetch`. */
const NO_URL = 'http://localhost/';

export function resolveOptions(options: SyncOptions) {
  return {
    url: options.url ?? NO_URL,
    fetch: options.fetch ?? ((request: Request) => globalThis.fetch(request)),
    headers: options.headers ?? {},
    tables: options.tables,
    chunk: {
      maxBytes: options.chunkBytes ?? LIMITS.chunkBytes,
      maxChanges: options.maxChanges ?? LIMITS.maxChanges,
    },
    maxMessageBytes: options.maxMessageBytes ?? LIMITS.maxMessageBytes,
    timeoutMs: options.timeoutMs ?? 60_000,
    retry: withDefaults({ attempts: 4, baseMs: 250, maxMs: 30_000 }, options.retry),
    codec: CODECS[options.format ?? 'binary'],
    continuous: withDefaults(
      { localPollMs: 200, remotePollMs: 1_000, liveStream: true },
      options.continuous,
    ),
  };
}

/** @throws {CrrUsageError} CRR_USAGE_OPTION */
export function checkOptions(options: SyncOptions, site: Site): void {
  requireOptions('createSync()', options, OPTIONS);
  requireOptions('createSync(): retry', options.retry ?? {}, RETRY);
  requireOptions('createSync(): continuous', options.continuous ?? {}, CONTINUOUS);
  requireOptions('createSync(): note', options.note ?? {}, NOTE);
  const { url, fetch, headers = {}, format = 'binary', tables = [] } = options;
  // Headers and lists of pairs would be spread into nothing.
  if (typeof headers !== 'function' && !isPlain(headers)) {
    throw usage(
      'headers is neither an object of texts by name nor a function that returns one: of a Headers, pass Object.fromEntries(headers)',
    );
  }
  if (url === undefined && fetch === undefined) {
    throw usage('found neither url nor fetch: pass a url, a fetch, or both');
  }
  if (url !== undefined && !isWebAddress(url)) {
    throw usage('url is not an address that begins with http:// or https://');
  }
  if (!Object.hasOwn(CODECS, format)) {
    throw usage(`format is not one of ${Object.keys(CODECS).join(', ')}`);
  }
  for (const table of tables) {
    if (!site.schema.tables.has(table)) {
      throw usage(`"${table}" in tables is not a CRR of this schema`);
    }
  }
}

const NOTE = optionsOf<CommitOptions>({ author: 'text', message: 'text' });

const isPlain = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !(Symbol.iterator in value);

const usage = (message: string) =>
  new CrrUsageError('CRR_USAGE_OPTION', `createSync(): ${message}`);

/** In a browser, the address may be relative to the page. */
function isWebAddress(url: string): boolean {
  const { location } = globalThis as { readonly location?: { readonly href?: string } };
  try {
    return /^https?:$/.test(new URL(url, location?.href).protocol);
  } catch {
    return false;
  }
}

import type { Connection } from '../database/connection.js';
import type { CrrInternals } from '../drizzle/internals.js';
import type { Engine } from '../engines/engine.js';
import { errorReporter } from '../live/report-error.js';
import { startTimer } from '../live/timer.js';
import type { VersionWatch } from '../live/version-watch.js';
import type { Written } from '../live/writes.js';
import { bytesToHex } from '../model/value.js';
import { type ChangedRows, type Moment, readChanges, spread } from './changes.js';
import { Entry, type EntryHost, type EntrySource } from './entry.js';
import { FileWatch } from './file-watch.js';
import { explainLive, isClosed } from './live-errors.js';
import { ReadIndex } from './read-index.js';
import { Catalog, type ReadSet } from './read-set.js';

/** However many writes there are, looks are this far apart: a frame. */
const FRAME_MS = 16;

/** After a failure. */
const RETRY_MS = 1_000;

/** All live queries of a database. It runs those again that a change concerns. */
export class Hub implements EntryHost {
  readonly #internals: CrrInternals;
  readonly #watch: VersionWatch;
  readonly #index = new ReadIndex();
  readonly #active = new Set<Entry>();
  /** Those with equal queries are one. */
  readonly #shared = new Map<string, Entry>();
  /** Everything up to here is known to the entries; undefined if nobody follows. */
  #moment: Moment | undefined;
  /** Of the present schema; undefined if it has to be read. */
  #catalog: Promise<Catalog> | undefined;
  #knownCatalog: Catalog | undefined;
  #looking: Promise<void> | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #isScheduled = false;
  #hasFailed = false;
  /** Whether a merge of this process came since the last look: it has reported what it evicted. */
  #hasMerged = false;
  #cancelTimer = () => {};
  #unfollow = () => {};
  #file: FileWatch | undefined;
  #pollMs = Number.POSITIVE_INFINITY;

  constructor(internals: CrrInternals, watch: VersionWatch) {
    this.#internals = internals;
    this.#watch = watch;
  }

  get internals(): CrrInternals {
    return this.#internals;
  }

  /** How many entries the hub knows in any way: none if nobody subscribes. */
  get size(): number {
    return this.#active.size + this.#shared.size + this.#index.entries.length;
  }

  /** The entry with this identity that somebody subscribes to. */
  find<T>(identity: string | undefined): Entry<T> | undefined {
    if (identity === undefined) return undefined;
    return this.#shared.get(identity) as Entry<T> | undefined;
  }

  entry<T>(identity: string | undefined, source: EntrySource<T>, pollMs: number): Entry<T> {
    return new Entry<T>({ host: this, identity, source, pollMs, onError: errorReporter() });
  }

  async begin(entry: Entry): Promise<void> {
    const { identity } = entry;
    this.#active.add(entry);
    if (identity !== undefined && !this.#shared.has(identity)) this.#shared.set(identity, entry);
    this.#follow();
    if (this.#moment !== undefined) return;
    try {
      await this.#look();
    } catch (error) {
      this.#failed(error);
    }
  }

  place(entry: Entry, reads: ReadSet): void {
    if (!this.#active.has(entry)) return;
    this.#index.set(entry, reads);
    if (this.#index.hasPlain) this.#file?.start();
  }

  end(entry: Entry): void {
    const { identity } = entry;
    this.#active.delete(entry);
    this.#index.delete(entry);
    if (identity !== undefined && this.#shared.get(identity) === entry) {
      this.#shared.delete(identity);
    }
    if (this.#active.size === 0) this.#stop();
  }

  explain(error: unknown): Promise<unknown> {
    return explainLive(error, this.#internals.drift);
  }

  /** The tables of the database. */
  async catalog(): Promise<Catalog> {
    const { connection, schema } = this.#internals;
    this.#catalog ??= Catalog.read(connection, schema);
    try {
      this.#knownCatalog = await this.#catalog;
      return this.#knownCatalog;
    } catch (error) {
      this.#catalog = undefined;
      throw error;
    }
  }

  /** Looks for changes soon: at once, or in the next frame. */
  hint(delayMs = this.#lookedAt + FRAME_MS - performance.now()): void {
    if (this.#isScheduled || this.#active.size === 0) return;
    this.#isScheduled = true;
    const lookNow = async () => {
      this.#isScheduled = false;
      try {
        await this.#looking?.catch(() => {}); // Whoever began it gets the error.
        await this.#look();
      } catch (error) {
        this.#failed(error);
      }
    };
    if (delayMs <= 0) queueMicrotask(lookNow);
    else this.#cancelTimer = startTimer(lookNow, delayMs);
  }

  #follow(): void {
    const pollMs = Math.min(...[...this.#active].map((entry) => entry.pollMs));
    if (pollMs >= this.#pollMs) return;
    this.#unfollow();
    this.#pollMs = pollMs;
    const unwatch = this.#watch.subscribe({
      pollMs,
      onVersion: (version) => {
        if (version !== this.#moment?.version) this.hint();
      },
      onError: (error) => this.#failed(error),
    });
    const unlisten = this.#internals.writes.add((written) => this.#onWrite(written));
    const file = this.#followFile();
    this.#unfollow = () => {
      unwatch();
      unlisten();
      file.stop();
    };
  }

  /** Plain tables have no clocks: the engine may know that another connection has written. */
  #followFile(): FileWatch {
    this.#file?.stop();
    this.#file = new FileWatch(this.#internals.connection, this.#pollMs, () =>
      this.#refresh(this.#index.readersOfPlain(undefined)),
    );
    if (this.#index.hasPlain) this.#file.start();
    return this.#file;
  }

  #onWrite({ tables, rows, isSchemaChange }: Written): void {
    if (isSchemaChange) {
      this.#restart();
      return;
    }
    if (rows !== undefined) {
      this.#hasMerged = true;
      const changed: ChangedRows = new Map();
      for (const { table, pk } of rows()) {
        const keys = changed.get(table) ?? new Set<string>();
        if (keys !== 'all') changed.set(table, keys.add(bytesToHex(pk)));
      }
      this.#refresh(this.#index.readersOf(changed));
    }
    if (this.#index.hasPlain) this.#refresh(this.#index.readersOfPlain(this.#plainTables(tables)));
    this.hint();
  }

  /** The plain tables that a write may have changed; undefined = any. */
  #plainTables(tables: readonly string[] | undefined): readonly string[] | undefined {
    if (tables === undefined || !isOneConnection(this.#internals.connection)) return undefined;
    return (this.#knownCatalog?.reachesOthers(tables) ?? true) ? undefined : tables;
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    this.#lookedAt = performance.now();
    const before = this.#moment;
    const hasMerged = this.#hasMerged;
    this.#hasMerged = false;
    const watched = new Set(this.#index.entries);
    const { moment, changed } = await readChanges(this.#internals, before?.version, this.#index);
    if (this.#active.size === 0) return;
    this.#moment = moment;
    const hadFailed = this.#hasFailed;
    this.#hasFailed = false;
    this.#watch.advance(moment.version);
    if (before === undefined && !hadFailed) return;
    const isOther =
      hadFailed ||
      before === undefined ||
      moment.schemaVersion !== before.schemaVersion ||
      moment.version < before.version ||
      (moment.filtered !== before.filtered && !hasMerged);
    if (isOther) {
      this.#restart();
      return;
    }
    const stale = this.#index.readersOf(spread(changed, this.#internals.schema, before, moment));
    if (moment.version > before.version) {
      for (const entry of this.#index.unknown) stale.add(entry);
      // What these read was not looked at.
      for (const entry of this.#index.entries) if (!watched.has(entry)) stale.add(entry);
    }
    this.#refresh(stale);
  }

  #refresh(entries: Iterable<Entry>): void {
    for (const entry of entries) entry.refresh();
  }

  #restart(): void {
    this.#catalog = undefined;
    for (const entry of this.#active) entry.restart();
    this.hint();
  }

  #failed(error: unknown): void {
    this.#hasFailed = true;
    void this.explain(error).then((explained) => {
      for (const entry of this.#active) entry.fail(explained);
      // It stays closed, so nothing is left to look for. Whoever subscribes later is told again.
      if (isClosed(explained)) this.#stop();
      else this.hint(RETRY_MS);
    });
  }

  #stop(): void {
    this.#unfollow();
    this.#unfollow = () => {};
    this.#file = undefined;
    this.#catalog = undefined;
    this.#cancelTimer();
    this.#isScheduled = false;
    this.#moment = undefined;
    this.#hasFailed = false;
    this.#pollMs = Number.POSITIVE_INFINITY;
  }
}

/** On others, a connection that writes is not the one that was asked for its data_version. */
function isOneConnection(connection: Connection): boolean {
  const { kind, exclusively } = connection as Partial<Engine> & { exclusively?: unknown };
  return kind === 'sync' || exclusively !== undefined;
}

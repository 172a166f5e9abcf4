import type { WriteListeners } from '../live/writes.js';
import type { TableSpec } from '../model/table-spec.js';
import { hexToBytes, type SqlValue } from '../model/value.js';
import type { CommitNote } from '../tables/commit/table.js';
import type { Connection } from './connection.js';
import { explained } from './database-errors.js';
import type { DriftCheck } from './drift.js';
import type { Fork } from './forks.js';
import type { HistoryEntry, HistoryFilter } from './history.js';
import type { PruneOptions, PruneResult } from './prune-options.js';
import type { RevertParts } from './revert.js';
import type { SiteStore } from './site-store.js';

/** An event by its dot, its site in hex. */
export interface NamedEvent {
  readonly site: string;
  readonly dbVersion: number;
  readonly seq: number;
}

/** A transaction by its writer, and the writer's db_version. */
export interface NamedCommit {
  readonly siteId: Uint8Array;
  readonly version: number;
}

/** What the logs of tables with history are for. What reads and reverts is loaded when it is called: few tables have one. */
export class Logs {
  constructor(
    readonly connection: Connection,
    readonly sites: SiteStore,
    readonly drift: DriftCheck,
    readonly writes: WriteListeners | undefined,
  ) {}

  history(spec: TableSpec, filter: HistoryFilter): Promise<HistoryEntry[]> {
    return explained(async () => {
      const { readHistory } = await import('./history.js');
      return readHistory(this.connection, this.sites, spec, filter);
    });
  }

  forks(spec: TableSpec): Promise<Fork[]> {
    return explained(async () => {
      const { readForks } = await import('./forks.js');
      return readForks(this.connection, this.sites, spec);
    });
  }

  /** Settles a fork: an ordinary write, which has all heads as parents. Writes again what is shown, too. */
  choose(fork: Fork, value: SqlValue | undefined, note: CommitNote): Promise<void> {
    return this.#logged(async (parts) => {
      const { settleFork } = await import('./settle-fork.js');
      return settleFork(parts, fork, value, note);
    });
  }

  undo(direction: 'undo' | 'redo', note: CommitNote) {
    return this.#logged(async (parts) => {
      const { undoLast } = await import('./revert.js');
      return undoLast(parts, direction, note);
    });
  }

  /** @param site in hex. */
  revertEvent(spec: TableSpec, event: NamedEvent, force: boolean, note: CommitNote) {
    return this.#logged(async (parts) => {
      const { revertEvent } = await import('./revert.js');
      const site = await this.#ordinalOf(hexToBytes(event.site));
      return revertEvent(parts, spec, { ...event, site }, force, note);
    });
  }

  revertTransaction(commit: NamedCommit, force: boolean, note: CommitNote) {
    return this.#logged(async (parts) => {
      const { revertCommit } = await import('./revert.js');
      const site = await this.#ordinalOf(commit.siteId);
      return revertCommit(parts, { site, dbVersion: commit.version }, force, note);
    });
  }

  /** Removes old events. */
  prune(options: PruneOptions): Promise<PruneResult> {
    return explained(() =>
      this.drift.explaining(async () => {
        const { schema } = await this.drift.pass();
        const { Pruner } = await import('./prune.js');
        const { dbVersion } = await this.sites.state(this.connection);
        return new Pruner(this.connection, schema, options).prune(dbVersion);
      }),
    );
  }

  async #ordinalOf(siteId: Uint8Array): Promise<number> {
    const directory = await this.sites.directory(this.connection, [siteId]);
    return directory.ordinalOf(siteId) ?? -1;
  }

  async #logged<T>(write: (parts: RevertParts) => Promise<T>): Promise<T> {
    const { schema } = await this.drift.pass();
    const specs = [...schema.tables.values()].filter(({ history }) => history);
    const parts = { connection: this.connection, sites: this.sites, specs };
    const result = await explained(() => this.drift.explaining(() => write(parts)));
    this.writes?.emit({});
    return result;
  }
}

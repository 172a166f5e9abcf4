import type { WriteListeners } from '../live/writes.js';
import type { CommitNote } from '../tables/commit/table.js';
import type { MergeBatchOptions } from './apply.js';
import { type ChangeBatch, changesOf } from './change-batch.js';
import type { Connection } from './connection.js';
import { explained } from './database-errors.js';
import type { DriftCheck } from './drift.js';
import type { Preview } from './preview.js';
import type { Resolution, Resolver } from './resolve.js';
import type { SiteStore } from './site-store.js';

export interface ReviewParts {
  readonly connection: Connection;
  readonly sites: SiteStore;
  readonly drift: DriftCheck;
  readonly writes: WriteListeners | undefined;
  /** The greatest version that columns merged by time take now. */
  readonly greatestTime: () => number;
}

/** What people look at before or after a merge: previews, conflicts, drafts. It is loaded when it is called. */
export class Reviews {
  readonly #parts: ReviewParts;

  constructor(parts: ReviewParts) {
    this.#parts = parts;
  }

  preview(batch: ChangeBatch, options: MergeBatchOptions): Promise<Preview> {
    const changes = changesOf(batch);
    return this.#explained(async () => {
      const { previewMerge } = await import('./preview.js');
      return previewMerge(this.#parts, changes, options);
    });
  }

  /** Lets a function decide the conflicts that have come since a db_version. */
  resolve(since: number, resolver: Resolver, note: CommitNote): Promise<Resolution> {
    const { connection, sites, drift, writes } = this.#parts;
    return this.#explained(async () => {
      const { schema } = await drift.pass();
      const specs = [...schema.tables.values()].filter(({ history }) => history);
      const { resolveConflicts } = await import('./resolve.js');
      const found = await resolveConflicts({ connection, sites, specs }, since, resolver, note);
      if (found.resolved.length > 0) writes?.emit({});
      return found;
    });
  }

  #explained<T>(run: () => Promise<T>): Promise<T> {
    return explained(() => this.#parts.drift.explaining(run));
  }
}

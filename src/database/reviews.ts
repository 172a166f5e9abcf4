import type { WriteListeners } from '../live/writes.js';
import type { CommitNote } from '../tables/commit/table.js';
import type { StoredDraft } from '../tables/draft/table.js';
import type { MergeBatchOptions } from './apply.js';
import { type ChangeBatch, changesOf } from './change-batch.js';
import type { Connection } from './connection.js';
import { explained } from './database-errors.js';
import type { DraftDiff, DraftParts } from './draft-diff.js';
import type { DraftChoice, DraftMerge } from './draft-merge.js';
import type { DraftTransaction } from './draft-transaction.js';
import type { DriftCheck } from './drift.js';
import type { Preview } from './preview.js';
import { requireRehearsals } from './rehearsals.js';
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

  /** Makes the draft of a name, if there is none. */
  openDraft(name: string): Promise<void> {
    const { connection, drift } = this.#parts;
    requireRehearsals(connection, 'draft()');
    return this.#explained(async () => {
      await drift.pass();
      const { openDraft } = await import('./draft-store.js');
      return openDraft(connection, name);
    });
  }

  drafts(): Promise<StoredDraft[]> {
    return this.#explained(async () => {
      const { listDrafts } = await import('./draft-store.js');
      return listDrafts(this.#parts.connection);
    });
  }

  dropDraft(name: string): Promise<void> {
    return this.#explained(async () => {
      const { removeDraft } = await import('./draft-store.js');
      return removeDraft(this.#parts.connection, name);
    });
  }

  /** The steps of a transaction of a draft. */
  draftTransaction(name: string): Promise<DraftTransaction> {
    return this.#drafted(async ({ schema }) => {
      const { DraftTransaction } = await import('./draft-transaction.js');
      return new DraftTransaction(name, schema);
    });
  }

  fetch(name: string, batch: ChangeBatch): Promise<void> {
    const changes = changesOf(batch);
    return this.#drafted(async (parts) => {
      const { fetchIntoDraft } = await import('./draft-fetch.js');
      return fetchIntoDraft({ ...this.#parts, ...parts }, name, changes);
    });
  }

  diff(name: string): Promise<DraftDiff> {
    return this.#drafted(async (parts) => {
      const { diffDraft } = await import('./draft-diff.js');
      return diffDraft(parts, name);
    });
  }

  /** The same, with why the database would reject the row of an item. */
  review(name: string) {
    return this.#drafted(async (parts) => {
      const { reviewDraft } = await import('./draft-writes.js');
      return reviewDraft(parts, name);
    });
  }

  merge(name: string, choice: DraftChoice, note: CommitNote): Promise<DraftMerge> {
    return this.#drafted(async (parts) => {
      const { mergeDraft } = await import('./draft-merge.js');
      const merge = await mergeDraft(parts, name, choice, note);
      this.#parts.writes?.emit({});
      return merge;
    });
  }

  #drafted<T>(run: (parts: DraftParts) => Promise<T>): Promise<T> {
    const { connection, drift } = this.#parts;
    return this.#explained(async () => run({ connection, schema: (await drift.pass()).schema }));
  }

  #explained<T>(run: () => Promise<T>): Promise<T> {
    return explained(() => this.#parts.drift.explaining(run));
  }
}

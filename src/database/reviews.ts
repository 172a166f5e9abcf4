import type { Cells } from '../feed/shown-rows.js';
import type { WriteListeners } from '../live/writes.js';
import type { RowId } from '../model/row-id.js';
import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
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
import type { Resolution, ResolveParts, Resolver } from './resolve.js';
import type { ForkedRow, RowFork } from './row-forks.js';
import type { SiteStore } from './site-store.js';

export interface ReviewParts {
  readonly connection: Connection;
  readonly sites: SiteStore;
  readonly drift: DriftCheck;
  readonly writes: WriteListeners | undefined;
  /** The greatest version that columns merged by time take now. */
  readonly greatestTime: () => number;
}

/** Before every db_version. */
const EVER = -1;

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
    return this.#resolving(async (parts) => {
      const { resolveConflicts } = await import('./resolve.js');
      return resolveConflicts(parts, since, resolver, note);
    });
  }

  /** A row in conflict as each site has left it. */
  forks(spec: TableSpec, key: readonly SqlValue[]): Promise<readonly RowFork[]> {
    const { connection, sites } = this.#parts;
    return this.#explained(async () => {
      const { readRowForks } = await import('./row-forks.js');
      return readRowForks(connection, sites, spec, key);
    });
  }

  /** All rows of a table that are in conflict. */
  forkedRows(spec: TableSpec): Promise<readonly ForkedRow[]> {
    const { connection, sites } = this.#parts;
    return this.#explained(async () => {
      const { readAllRowForks } = await import('./row-forks.js');
      return readAllRowForks(connection, sites, spec);
    });
  }

  /** Decides all conflicts of a row; null deletes it. */
  choose(row: RowId, cells: Cells | null, note: CommitNote): Promise<boolean> {
    return this.#resolving(async (parts) => {
      const { resolveRow } = await import('./resolve.js');
      return resolveRow(parts, row, EVER, async () => cells, note);
    });
  }

  async #resolving<T>(run: (parts: ResolveParts) => Promise<T>): Promise<T> {
    const { connection, sites, drift, writes } = this.#parts;
    return this.#explained(async () => {
      const { schema } = await drift.pass();
      const specs = [...schema.tables.values()].filter(({ history }) => history);
      const result = await run({ connection, sites, specs });
      writes?.emit({});
      return result;
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

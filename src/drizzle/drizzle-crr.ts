import type { InferSelectModel } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type ChangePage, type ChangeStream, changeStream } from '../database/change-stream.js';
import type { CompactOptions, CompactResult } from '../database/compact.js';
import type { ChangeBatch, CrrCore } from '../database/crr.js';
import type { PruneOptions, PruneResult } from '../database/prune-options.js';
import type { TextCodec } from '../documents/codec.js';
import type { LazyDocuments } from '../documents/lazy-documents.js';
import type { DocumentOptions, LiveDocument } from '../documents/live-document.js';
import type { Contribution } from '../feed/site-values.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import { type ApplyResult, applyResult, type RejectedRow, rejectedRows } from './apply-result.js';
import { compact } from './compact.js';
import { type Conflict, requireCrr, storedKey } from './conflict.js';
import type { Crr, CrrTransport } from './crr.js';
import { openDocument, requireText } from './document.js';
import type { Draft, DraftInfo } from './draft-types.js';
import {
  historyOf,
  prune,
  requireCommit,
  revert,
  revertResult,
  type TableAsOf,
  tableAsOf,
} from './history.js';
import type {
  AsOfMoment,
  CommitOptions,
  HistoryEvent,
  HistoryOptions,
  RevertOptions,
  RevertResult,
  RevertTarget,
  UndoResult,
} from './history-types.js';
import { type CrrInternals, INTERNALS } from './internals.js';
import {
  type AsyncTransaction,
  type NotedParameters,
  type NotedTransactions,
  notedParameters,
} from './noted-transaction.js';
import {
  type ApplyOptions,
  type ChangesOptions,
  feedOptions,
  type ResolveOptions,
  requireMergeOptions,
} from './options.js';
import { readableChanges } from './readable.js';
import type { ResolvedResult } from './resolve.js';
import { resolveLater } from './resolve-later.js';
import type { RowFork } from './row-fork.js';
import type { PreviewResult } from './row-merge.js';
import { packedRowRefs } from './row-ref.js';
import { conflictsOf } from './table-conflicts.js';
import { transportOf } from './transport.js';
import {
  type ReadUnsentRows,
  requirePeer,
  type UnsentOptions,
  type UnsentRow,
  unsentRows,
} from './unsent.js';
import {
  requireVerifyOptions,
  type VerifyOptions,
  type VerifyResult,
  verifyResult,
} from './verify-result.js';

/** The core in the types of a Drizzle schema: tables and rows instead of names and stored values. */
export class DrizzleCrr implements Crr {
  readonly transport: CrrTransport;
  readonly #core: CrrCore;
  readonly #schema: DrizzleSchema;
  readonly #readUnsent: ReadUnsentRows;
  readonly #documents: LazyDocuments | undefined;
  readonly #transactions: NotedTransactions;

  constructor(
    core: CrrCore,
    schema: DrizzleSchema,
    {
      render,
      writes,
      documents,
      transactions,
    }: Pick<CrrInternals, 'render' | 'writes'> & {
      readonly documents: LazyDocuments | undefined;
      readonly transactions: NotedTransactions;
    },
  ) {
    this.#core = core;
    this.#schema = schema;
    this.#documents = documents;
    this.#transactions = transactions;
    this.transport = transportOf(core, schema);
    this.#readUnsent = unsentRows(core, schema);
    const { connection, drift } = core;
    const internals: CrrInternals = {
      connection,
      schema,
      drift,
      rotateSiteId: (options) => core.rotateSiteId(options),
      servers: () => core.peers('servers'),
      render,
      writes,
      isReadable: readableChanges(schema),
      nameRow: packedRowRefs(schema),
      readUnsent: this.#readUnsent,
      resolveSince: resolveLater(core, schema),
    };
    // Not enumerable, so that a logged $crr does not print a whole schema.
    Object.defineProperty(this, INTERNALS, { value: internals });
  }

  install(): Promise<void> {
    return this.#core.install();
  }

  changes(options: ChangesOptions = {}): ChangeStream<ChangePage> {
    const stream = this.#core.read('changes()', feedOptions('changes()', options));
    return changeStream(
      async () => withoutHidden(await stream),
      async function* () {
        for await (const page of stream) yield withoutHidden(page);
      },
    );
  }

  async apply(
    changes: ChangeBatch | AsyncIterable<ChangeBatch>,
    options: ApplyOptions & Partial<ResolveOptions> = {},
  ): Promise<ResolvedResult> {
    requireMergeOptions('apply()', options);
    const { resolve, note = {}, ...rest } = options;
    const merge = async () => applyResult(await this.#core.mergeAll(changes, rest), this.#schema);
    // Without a resolver, the type of the result has no more than that of a merge.
    if (resolve === undefined) return (await merge()) as ResolvedResult;
    requireCommit('apply(): note', note);
    const { resolving } = await import('./resolve.js');
    return resolving(this.#core, this.#schema, merge, resolve, note);
  }

  async preview(changes: ChangeBatch, options: ApplyOptions = {}): Promise<PreviewResult> {
    requireMergeOptions('preview()', options);
    const { previewResult } = await import('./preview.js');
    return previewResult(await this.#core.reviews.preview(changes, options), this.#schema);
  }

  async draft(name: string): Promise<Draft> {
    const { openDraft } = await import('./draft.js');
    const [core, schema, transactions] = [this.#core, this.#schema, this.#transactions];
    return openDraft({ core, schema, transactions }, name);
  }

  async drafts(): Promise<DraftInfo[]> {
    const { listDrafts } = await import('./draft.js');
    return listDrafts(this.#core);
  }

  async siteId(): Promise<Uint8Array> {
    return (await this.#core.state()).siteId;
  }

  async version(): Promise<number> {
    return (await this.#core.state()).version;
  }

  pendingCount(): Promise<number> {
    return this.#core.pendingCount();
  }

  async rejected(): Promise<RejectedRow[]> {
    return rejectedRows(await this.#core.rejected(), this.#schema);
  }

  async retryRejected(): Promise<ApplyResult> {
    return applyResult(await this.#core.retryRejected(), this.#schema);
  }

  async contributions<TTable extends SQLiteTable>(
    table: TTable,
    key: Partial<InferSelectModel<TTable>>,
    column: keyof InferSelectModel<TTable> & string,
  ): Promise<Contribution[]> {
    const spec = requireCrr(this.#schema, table, 'contributions()');
    return this.#core.contributions(spec, storedKey(table, spec, key), column);
  }

  async document<TTable extends SQLiteTable, T extends object = object>(
    table: TTable,
    key: Partial<InferSelectModel<TTable>>,
    column: keyof InferSelectModel<TTable> & string,
    codec?: TextCodec<T>,
    options: DocumentOptions = {},
  ): Promise<LiveDocument<T>> {
    const spec = requireCrr(this.#schema, table, 'document()');
    const place = { spec, column: requireText(spec, column), key: storedKey(table, spec, key) };
    return openDocument(this.#documents, place, table, codec, options);
  }

  conflicts<TTable extends SQLiteTable>(table: TTable): Promise<Conflict<TTable>[]> {
    return conflictsOf(this.#core, this.#schema, table);
  }

  async transaction<T, TTransaction = AsyncTransaction>(
    ...parameters: NotedParameters<T, TTransaction>
  ): Promise<Awaited<T>> {
    const { note, run } = notedParameters(parameters);
    return (await this.#transactions.run!(note, run)) as Awaited<T>;
  }

  history<TTable extends SQLiteTable>(
    table: TTable,
    key?: Partial<InferSelectModel<TTable>>,
    options: HistoryOptions = {},
  ): Promise<HistoryEvent<TTable>[]> {
    return historyOf(this.#core, this.#schema, table, key, options);
  }

  asOf<TTable extends SQLiteTable, TName extends string = 'past'>(
    table: TTable,
    moment: AsOfMoment,
    name: TName = 'past' as TName,
  ): TableAsOf<TTable, TName> {
    return tableAsOf(this.#schema, table, moment, name);
  }

  async forks<TTable extends SQLiteTable>(
    table: TTable,
    key: Partial<InferSelectModel<TTable>>,
  ): Promise<RowFork<TTable>[]> {
    const { forksOf } = await import('./row-fork.js');
    return forksOf(this.#core, this.#schema, table, key);
  }

  undo(options: CommitOptions = {}): Promise<UndoResult | undefined> {
    return this.#undo('undo', options);
  }

  redo(options: CommitOptions = {}): Promise<UndoResult | undefined> {
    return this.#undo('redo', options);
  }

  async #undo(direction: 'undo' | 'redo', options: CommitOptions) {
    requireCommit(`${direction}()`, options);
    const report = await this.#core.logs.undo(direction, options);
    return report && { ...revertResult(report, this.#schema), version: report.version };
  }

  revert(
    table: SQLiteTable,
    target: RevertTarget,
    options: RevertOptions = {},
  ): Promise<RevertResult> {
    return revert(this.#core, this.#schema, table, target, options);
  }

  prune(options: PruneOptions): Promise<PruneResult> {
    return prune(this.#core, options);
  }

  discard<TTable extends SQLiteTable>(
    table: TTable,
    key: Partial<InferSelectModel<TTable>>,
  ): Promise<boolean> {
    const spec = requireCrr(this.#schema, table, 'discard()');
    return this.#core.discard(spec, storedKey(table, spec, key));
  }

  async unsent<TTable extends SQLiteTable>(
    peer: Uint8Array,
    options: UnsentOptions<TTable> = {},
  ): Promise<UnsentRow<TTable>[]> {
    requirePeer('unsent()', peer);
    const known = (await this.#core.peers([peer])).find(({ tag }) => tag === '');
    const rows = await this.#readUnsent('unsent()', known ?? { siteId: peer }, options);
    return rows as unknown as UnsentRow<TTable>[];
  }

  compact(options: CompactOptions = {}): Promise<CompactResult> {
    return compact(this.#core, options);
  }

  rotateSiteId(): Promise<Uint8Array> {
    return this.#core.rotateSiteId();
  }

  async verify(options: VerifyOptions = {}): Promise<VerifyResult> {
    const { repair, limit } = requireVerifyOptions(options);
    return verifyResult(await this.#core.verify(repair, limit), this.#schema);
  }
}

const withoutHidden = ({ changes, cursor }: ChangePage): ChangePage => ({ changes, cursor });

import { CrrChangeError, type CrrErrorCode } from '../../errors.js';
import { RowSet, textOfRow } from '../../model/row-id.js';
import { type Chunk, partOf } from '../chunk.js';
import type { RefusedRow, SyncResponse } from '../protocol.js';
import type { ApplyResult, EvictedRow, HiddenRow, PeerProgress, RowRef } from '../site.js';
import type { Traffic } from './http-connection.js';
import type { Refusals } from './refusals.js';
import type { RefusedRowRef, RejectedRowRef, SyncReporter, SyncResult } from './result.js';
import { type Answer, changesRows, type Round, versionOf } from './round.js';
import { Shares } from './shares.js';
import type { SnapshotReader } from './snapshot-reader.js';
import { TooLargeCells } from './too-large.js';

export interface SyncRunOptions {
  /** Aborted by the caller, and when the run has ended. */
  readonly signal: AbortSignal;
  readonly reporter: SyncReporter;
  /** Names a row as an application does. */
  readonly nameRow: (row: HiddenRow) => RowRef;
  /** Fingerprint of this side's schema. */
  readonly schema: string;
  /** What the server offers for a first transfer. */
  readonly snapshot: SnapshotReader;
  /** The traffic of the connection so far. */
  readonly traffic: () => Traffic;
}

/** The state of one sync, from its first request to its last. */
export class SyncRun {
  readonly refusedRows = new RowSet<RefusedRow>();
  /** For each row that was refused in this sync, the least db_version of what was sent of it. */
  readonly #refusedFrom = new Map<string, number>();
  /** Rows that are not sent in this sync, because the server has refused a request for them. */
  readonly #leftOut = new RowSet<RefusedRow>();
  /** Rows of which a part was refused, while the next chunk may be more of the row. */
  #cut = new RowSet();
  /** Rows that were hidden in this sync, and of which nothing was sent since. */
  #hidden = new RowSet<HiddenRow>();
  /** Cells that do not fit in a message. */
  readonly tooLarge = new TooLargeCells();
  readonly #rejectedRows = {
    server: new RowSet<HiddenRow>(),
    client: new RowSet<HiddenRow>(),
  };
  /** The answer to the next pull, if it was asked for ahead. */
  pullAhead: Promise<SyncResponse> | undefined;
  /** How many times in a row the sync has recovered from a refusal. */
  recoveries = 0;
  /** Whether nothing was answered yet. */
  isFirstRound = true;
  /** Whether this database got a new site id. */
  hasNewId = false;
  readonly #options: SyncRunOptions;
  /** The sums over all rounds. */
  readonly #totals = { pushed: 0, pushedWon: 0, pushedHeld: 0, pulled: 0, pulledWon: 0, hidden: 0 };
  readonly #shares = new Shares();
  readonly #trafficBefore: Traffic;

  constructor(options: SyncRunOptions) {
    this.#options = options;
    this.#trafficBefore = options.traffic();
  }

  get signal(): AbortSignal {
    return this.#options.signal;
  }

  get snapshot(): SnapshotReader {
    return this.#options.snapshot;
  }

  /** If a chunk of a snapshot cannot be merged, the sync goes on without the snapshot. Other errors are thrown. */
  leaveSnapshot(answer: Answer, error: unknown): 'left' {
    if (!(error instanceof CrrChangeError) || !this.snapshot.gave(answer)) throw error;
    this.snapshot.leave();
    this.pullAhead = undefined;
    return 'left';
  }

  reportRecovered(code: CrrErrorCode): void {
    this.#options.reporter.onRecovered(code);
  }

  /** @returns whether any of the rows is new. */
  leaveOut(rows: readonly RefusedRow[]): boolean {
    const before = this.#leftOut.size;
    for (const row of rows) {
      this.#leftOut.add(row);
      this.refusedRows.set(row);
    }
    return this.#leftOut.size > before;
  }

  /** A chunk was read. A row that is sent from its beginning, since it has changed or is back, is another matter than its rest. */
  read({ continuesRow }: Chunk): void {
    if (!continuesRow) this.#cut = new RowSet();
  }

  isLeftOut(row: HiddenRow): boolean {
    return this.#leftOut.has(row) || this.#cut.has(row);
  }

  /** A round has its answer. */
  answered({ chunk }: Round, { refused, refusedFrom, update }: Refusals): void {
    this.isFirstRound = false;
    for (const row of update.remove) this.#refusedFrom.delete(textOfRow(row));
    for (const [id, from] of refusedFrom) {
      this.#refusedFrom.set(id, Math.min(from, this.#refusedFrom.get(id) ?? from));
    }
    // Without a part that was refused, the rest of a row would be a row that nobody has written.
    if (partOf(chunk.cursor) !== undefined) for (const row of refused) this.#cut.add(row);
  }

  /**
   * The rows to drop with an answer. One with changes that are not sent stays at first. If nothing of it is sent either, because the
   * changes are those of others, it goes once the cursor has passed everything: only then they are all tried again.
   */
  hiddenRows({ push, version }: Round, { pulled }: Answer, sent: PeerProgress): EvictedRow[] {
    for (const row of [...push, ...pulled.changes]) this.#hidden.delete(row);
    for (const row of pulled.hidden) this.#hidden.add(row);
    if (sent.cursor !== version) return pulled.hidden.map((row) => this.#evicted(row));
    const rows = this.#hidden.values();
    this.#hidden = new RowSet();
    return rows.map((row) => this.#evicted(row));
  }

  /** If a row was refused, the server has nothing of what was sent of it. */
  #evicted(row: HiddenRow): EvictedRow {
    const refusedFrom = this.#refusedFrom.get(textOfRow(row));
    return { ...row, refusedFrom, wasRefused: this.refusedRows.has(row) };
  }

  reportApplied(applied: ApplyResult | undefined): void {
    if (applied === undefined) return;
    if (changesRows(applied)) this.#options.reporter.onApplied(applied);
    this.#reportRejected('client', applied.rejected);
  }

  /** @param applied the result of merging the answer; undefined if there was nothing to merge. */
  report(
    round: Round,
    answer: Answer,
    applied: ApplyResult | undefined,
    { refused, update }: Refusals,
  ): void {
    const totals = this.#totals;
    const { pulled, pushed } = answer;
    totals.pushed += round.push.length;
    totals.pushedWon += pushed?.cellsWon ?? 0;
    totals.pushedHeld += pushed?.held ?? 0;
    totals.pulled += pulled.changes.length;
    totals.pulledWon += applied?.cellsWon ?? 0;
    totals.hidden += pulled.hidden.length;
    for (const row of update.remove) this.refusedRows.delete(row);
    for (const row of refused) this.refusedRows.set(row);
    this.reportApplied(applied);
    if (pulled.hidden.length > 0) {
      this.#options.reporter.onHidden(pulled.hidden.map(this.#options.nameRow));
    }
    if (refused.length > 0) this.#options.reporter.onRefused(refused.map(this.#refusedRef));
    this.#reportRejected('server', answer.rejected ?? []);
    this.tooLarge.addPulled(answer.tooLarge ?? []);
    for (const row of this.tooLarge.refusedRows()) this.refusedRows.set(row);
    const pushedTo = versionOf(round.chunk.cursor);
    const pulledTo = versionOf(pulled.cursor);
    this.#options.reporter.onProgress({
      pushed: totals.pushed,
      pulled: totals.pulled,
      requests: this.#traffic.requests,
      share: this.#shares.next({
        push: round.chunk.more
          ? { from: versionOf(round.sent.cursor), at: pushedTo, to: round.version }
          : undefined,
        pull: pulled.more
          ? { from: versionOf(round.received.cursor), at: pulledTo, to: answer.dbVersion }
          : undefined,
      }),
      serverVersion: answer.dbVersion,
      pulledTo,
      localVersion: round.version,
      pushedTo,
    });
  }

  /** @param answer the last one. */
  result(answer: Answer): SyncResult {
    const refusedRows = this.refusedRows.values().map(this.#refusedRef);
    const tooLargeCells = this.tooLarge
      .values()
      .map(({ limitOf, cid, ...row }) => ({ ...this.#options.nameRow(row), cid, limitOf }));
    const rejectedRows = (['server', 'client'] as const).flatMap((by) =>
      this.#rejectedRows[by].values().map(this.#rejectedRef(by)),
    );
    return {
      ...this.#totals,
      ...this.#traffic,
      refused: refusedRows.length,
      refusedRows,
      rejected: rejectedRows.length,
      rejectedRows,
      tooLarge: tooLargeCells.length,
      tooLargeCells,
      sameSchema: answer.schema === this.#options.schema,
      server: answer.siteId,
      serverVersion: answer.dbVersion,
    };
  }

  #reportRejected(by: 'server' | 'client', rows: readonly HiddenRow[]): void {
    if (rows.length === 0) return;
    for (const { table, pk } of rows) this.#rejectedRows[by].add({ table, pk });
    this.#options.reporter.onRejected(rows.map(this.#rejectedRef(by)));
  }

  readonly #refusedRef = (row: RefusedRow): RefusedRowRef => ({
    ...this.#options.nameRow(row),
    code: row.code,
    dropped: row.drop,
  });

  #rejectedRef(by: 'server' | 'client') {
    return (row: HiddenRow): RejectedRowRef => ({ ...this.#options.nameRow(row), by });
  }

  /** The traffic of this run. */
  get #traffic(): Traffic {
    const now = this.#options.traffic();
    const before = this.#trafficBefore;
    return {
      requests: now.requests - before.requests,
      bytesSent: now.bytesSent - before.bytesSent,
      bytesReceived: now.bytesReceived - before.bytesReceived,
    };
  }
}

import type { Change } from '../../model/change.js';
import { RowSet } from '../../model/row-id.js';
import { type ChunkLimits, emptyChunk } from '../chunk.js';
import { schemaFingerprint } from '../fingerprint.js';
import { peerTag } from '../peer-tag.js';
import { HAS_ROWS, LIMITS, MAX_SKIP, type Pull, type SyncRequest } from '../protocol.js';
import {
  type ApplyResult,
  type MergeOptions,
  type Peer,
  type PeerProgress,
  type Site,
  sinceOf,
} from '../site.js';
import { findServer } from './find-server.js';
import type { HttpConnection } from './http-connection.js';
import { KnownServer } from './known-server.js';
import { networkError } from './network-error.js';
import { Outbox, type OutboxPosition } from './outbox.js';
import { FORGOTTEN } from './reconcile.js';
import { recover, remembering } from './recovery.js';
import { type Refusals, refusalsOf } from './refusals.js';
import type { SyncReporter, SyncResult } from './result.js';
import {
  type Answer,
  birthOf,
  isForged,
  isForgotten,
  isSameCursor,
  type Round,
  receivedAfter,
  requirePulled,
  START,
  sentAfter,
  sentBefore,
} from './round.js';
import { SnapshotReader } from './snapshot-reader.js';
import { SyncRun } from './sync-run.js';
import { Tickets } from './tickets.js';

export interface ExchangeOptions {
  readonly site: Site;
  readonly connection: HttpConnection;
  /** Names of the tables to exchange; all if undefined. */
  readonly tables: readonly string[] | undefined;
  readonly chunk: ChunkLimits;
  /** The greatest answer that is taken. */
  readonly maxMessageBytes: number;
}

/** Exchanges changes with one server until both sides have the changes of the other. */
export class Exchange {
  readonly #site: Site;
  readonly #connection: HttpConnection;
  readonly #tables: readonly string[] | undefined;
  readonly #schema: string;
  readonly #maxMessageBytes: number;
  readonly #server: KnownServer;
  readonly #tickets: Tickets;
  readonly #outbox: Outbox;

  constructor({ site, connection, tables, chunk, maxMessageBytes }: ExchangeOptions) {
    this.#site = site;
    this.#connection = connection;
    this.#tables = tables;
    this.#maxMessageBytes = maxMessageBytes;
    this.#schema = schemaFingerprint(site.schema);
    this.#server = new KnownServer(chunk);
    this.#tickets = new Tickets(site);
    this.#outbox = new Outbox(site, tables, this.#server);
  }

  /** @throws {CrrSyncError} if that is not possible. Changes that were exchanged before stay. */
  async run(signal: AbortSignal, reporter: SyncReporter): Promise<SyncResult> {
    const end = new AbortController();
    const run = new SyncRun({
      signal: AbortSignal.any([signal, end.signal]),
      reporter,
      nameRow: (row) => this.#site.rowRef(row),
      schema: this.#schema,
      snapshot: new SnapshotReader(this.#connection, this.#schema),
      traffic: () => this.#connection.traffic,
    });
    try {
      // A local write may have completed rows with pending changes. They are sent in this run.
      run.reportApplied(await this.#site.merge([]));
      for (;;) {
        if (signal.aborted) throw networkError(signal.reason, signal);
        const round = await this.#read(run);
        const answer = await this.#send(run, round);
        if (answer === undefined) continue;
        const refusals = refusalsOf(round, answer, run.tooLarge.refusedRows());
        const applied = await this.#merge(run, round, answer, refusals).catch((error) =>
          run.leaveSnapshot(answer, error),
        );
        if (applied === 'left') continue;
        run.report(round, answer, applied, refusals);
        const more = round.chunk.more || answer.pulled.more || refusals.update.offer.length > 0;
        if (!more) return run.result(answer);
      }
    } finally {
      await this.#outbox.end();
      end.abort(); // If the run has failed, a pull that was sent ahead may still be under way.
    }
  }

  /** Whether this database has changes that the server lacks. */
  async hasUnsentChanges(): Promise<boolean> {
    const [{ version }, peer] = await Promise.all([this.#site.state(), this.peer()]);
    const sent = (peer?.sent ?? START).cursor;
    return typeof sent !== 'number' || version > sent;
  }

  async #read(run: SyncRun): Promise<Round> {
    const [{ siteId, version, horizon, birth }, known] = await Promise.all([
      this.#site.state(),
      this.peer(),
    ]);
    const peer = known && (await remembering(known, horizon, this.#site));
    const { received = START } = peer ?? {};
    const sent = sentBefore(peer, run.isFirstRound);
    // If a pull was sent ahead, nothing can be pushed with it.
    const isUpToDate = sent.cursor === version || run.pullAhead !== undefined;
    const chunk = isUpToDate
      ? emptyChunk(sent.cursor)
      : await this.#outbox.read(this.#position(sent, peer));
    run.read(chunk);
    // Those that earlier syncs have left.
    for (const { table, pk, code } of peer?.refused ?? []) {
      run.refusedRows.add({ table, pk, code, drop: false });
    }
    const forgotten = new RowSet(peer?.refused?.filter(({ code }) => code === FORGOTTEN));
    const isAccepted = (change: Change) =>
      !run.isLeftOut(change) &&
      !run.tooLarge.has(change) &&
      !this.#server.isForeign(change, this.#site.schema) &&
      !isForgotten(change, forgotten, birth);
    const push = chunk.changes.filter(isAccepted);
    return { siteId, version, birth, peer, sent, received, chunk, push };
  }

  #position(sent: PeerProgress, peer: Peer | undefined): OutboxPosition {
    const server = peer?.siteId ?? this.#server.siteId;
    return { sent, refused: peer?.refused ?? [], server };
  }

  /** Returns the answer, or undefined if the server refused the request and the round is to be repeated. */
  async #send(run: SyncRun, round: Round): Promise<Answer | undefined> {
    const { peer, received, chunk, push } = round;
    const ahead = run.pullAhead;
    run.pullAhead = undefined;
    // Chunks do not tell what the rights are by now.
    if (peer?.refused?.length) run.snapshot.leave();
    try {
      if (this.#readsSnapshot(run, round)) {
        const { siteId } = this.#server;
        const answer = ahead ?? run.snapshot.read(received.cursor, siteId, run.signal);
        return (await answer) as Answer;
      }
      const ticket = await this.#tickets.next(peer?.ticket ?? '', push.length > 0);
      round.ticket = ticket;
      const request = this.#request(round.siteId, {
        to: peer?.siteId,
        push: push.length > 0 ? { changes: push, through: chunk.cursor } : undefined,
        pull: this.#pull(received, run.snapshot.filterFor(peer?.filter ?? this.#noFilter)),
        receipt: peer?.receipt || undefined,
        ticket,
        birth: birthOf(round),
      });
      const readAhead = () => this.#outbox.readAhead(this.#position(round.sent, peer), round.chunk);
      const response = await (ahead ?? this.#connection.exchange(request, run.signal, readAhead));
      run.recoveries = 0;
      this.#server.siteId = response.siteId;
      this.#tickets.confirmed();
      run.snapshot.offered(response);
      return requirePulled(response);
    } catch (error) {
      if (run.snapshot.giveUp(error)) return undefined;
      const failure = {
        site: this.#site,
        server: this.#server,
        tickets: this.#tickets,
        run,
        connection: this.#connection,
        tables: this.#tables,
        peer,
        pushed: push,
      };
      if (await recover(error, failure)) return undefined;
      throw error;
    }
  }

  /** Merges what was pulled, and stores the progress of both directions in the same transaction. */
  async #merge(
    run: SyncRun,
    round: Round,
    answer: Answer,
    refusals: Refusals,
  ): Promise<ApplyResult | undefined> {
    const { chunk } = round;
    const { pulled } = answer;
    run.answered(round, refusals);
    const received = receivedAfter(round, answer);
    const sent = sentAfter(round);
    // The server prepares the next chunk while this one is merged, unless there is more to push.
    if (pulled.more && !chunk.more) this.#pullAhead(run, round, answer);
    const evicted = [...refusals.dropped, ...run.hiddenRows(round, answer, sent)];
    const isNothing =
      pulled.changes.length === 0 &&
      evicted.length === 0 &&
      refusals.isNothing &&
      (answer.birth ?? 1) <= round.birth &&
      isSameCursor(received.cursor, round.received.cursor) &&
      isSameCursor(sent.cursor, round.sent.cursor);
    if (isNothing) return undefined;
    const options: MergeOptions = {
      peer: {
        siteId: answer.siteId,
        tag: peerTag(this.#tables),
        received,
        sent,
        filter: pulled.filter,
        url: this.#connection.url,
        receipt: answer.receipt ?? round.peer?.receipt ?? '',
        birth: answer.birth,
        ...(round.ticket && round.push.length > 0 && { ticket: round.ticket.next }),
        refused: refusals.update,
      },
      evict: { rows: evicted, sent },
      ownReturn: pulled.ownReturn,
    };
    try {
      return await this.#site.merge(pulled.changes, options);
    } catch (error) {
      if (run.hasNewId || !isForged(error) || run.snapshot.gave(answer)) throw error;
      // The server has changes of this site that this database lacks, so it is a copy, or was restored from a
      // backup. Under a new id it takes them as those of another site, and nothing else can collide with them.
      run.hasNewId = true;
      // What this round has pushed is known under the former id.
      await this.#site.rotateId({ movesUnshared: round.push.length === 0 });
      run.reportRecovered('CRR_CHANGE_FORGED');
      return this.#site.merge(pulled.changes, options);
    }
  }

  /** Sends the next pull. The next round uses its answer. */
  #pullAhead(run: SyncRun, round: Round, answer: Answer): void {
    const { cursor } = answer.pulled;
    if (this.#readsSnapshot(run, { ...round, push: [], received: receivedAfter(round, answer) })) {
      run.pullAhead = run.snapshot.read(cursor, answer.siteId, run.signal);
      run.pullAhead.catch(() => {});
      return;
    }
    const filter = run.snapshot.filterFor(answer.pulled.filter);
    const pull = this.#pull(receivedAfter(round, answer), filter);
    const request = this.#request(round.siteId, {
      to: answer.siteId,
      pull,
      receipt: answer.receipt,
      ticket: round.ticket,
      birth: birthOf(round),
    });
    run.pullAhead = this.#connection.exchange(request, run.signal);
    run.pullAhead.catch(() => {}); // If this round fails, no other one handles the error.
  }

  /** Whether the next chunk of a first transfer comes from a snapshot: there is nothing to send. */
  #readsSnapshot(run: SyncRun, { received, chunk, push }: Round): boolean {
    const isIdle = push.length === 0 && !chunk.more;
    return run.snapshot.isOffered && isIdle && sinceOf(received.cursor) === 0;
  }

  get #noFilter(): string {
    return this.#server.isFirst ? '' : HAS_ROWS;
  }

  #pull({ cursor, skip }: PeerProgress, filter: string): Pull {
    // Without an old skip, changes that this site sent come back, which is harmless.
    const maxBytes = Math.min(this.#server.chunk.maxBytes, Math.floor(this.#maxMessageBytes / 4));
    return { cursor, filter, skip: skip.slice(-MAX_SKIP), maxBytes };
  }

  #request(
    siteId: Uint8Array,
    parts: Pick<SyncRequest, 'to' | 'push' | 'pull' | 'receipt' | 'ticket' | 'birth'>,
  ): SyncRequest {
    const maxMessageBytes =
      this.#maxMessageBytes === LIMITS.maxMessageBytes ? undefined : this.#maxMessageBytes;
    return { siteId, schema: this.#schema, tables: this.#tables, ...parts, maxMessageBytes };
  }

  /** The server among the peers of this database. */
  peer(): Promise<Peer | undefined> {
    const { url } = this.#connection;
    return findServer(this.#site, this.#server, { url, tag: peerTag(this.#tables) });
  }
}

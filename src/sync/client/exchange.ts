import { CrrSyncError } from '../../errors.js';
import type { Change } from '../../model/change.js';
import { type Chunk, type ChunkLimits, readChunk } from '../chunk.js';
import { schemaFingerprint } from '../fingerprint.js';
import { peerTag } from '../peer-tag.js';
import { LIMITS, type Pulled, type SyncRequest, type SyncResponse } from '../protocol.js';
import type { ApplyResult, Cursor, Peer, PeerProgress, Site } from '../site.js';
import { refuseVersionJumps } from '../version-jump.js';
import type { HttpConnection } from './http-connection.js';
import { KnownServer } from './known-server.js';
import { networkError } from './network-error.js';
import { recover, START } from './recovery.js';
import type { SyncReporter, SyncResult } from './result.js';
import { SyncRun } from './sync-run.js';

export interface ExchangeOptions {
  readonly site: Site;
  readonly connection: HttpConnection;
  /** Names of the tables to exchange; all if undefined. */
  readonly tables: readonly string[] | undefined;
  readonly chunk: ChunkLimits;
}

/** What this side has when a round begins: one request and its answer. */
interface Round {
  readonly siteId: Uint8Array;
  readonly version: number;
  /** The server among the peers of this database; undefined before the first exchange with it. */
  readonly peer: Peer | undefined;
  readonly sent: PeerProgress;
  readonly received: PeerProgress;
  /** What was read to be sent. */
  readonly chunk: Chunk;
  /** The changes of it that the server accepts. */
  readonly push: readonly Change[];
}

type Answer = SyncResponse & { readonly pulled: Pulled };

/** Exchanges changes with one server until each side has what the other had when it began. */
export class Exchange {
  readonly #site: Site;
  readonly #connection: HttpConnection;
  readonly #tables: readonly string[] | undefined;
  readonly #schema: string;
  readonly #server: KnownServer;

  constructor({ site, connection, tables, chunk }: ExchangeOptions) {
    this.#site = site;
    this.#connection = connection;
    this.#tables = tables;
    this.#schema = schemaFingerprint(site.schema);
    this.#server = new KnownServer(chunk);
  }

  /** @throws {CrrSyncError} if it could not be finished. What was exchanged before stays. */
  async run(signal: AbortSignal, reporter: SyncReporter): Promise<SyncResult> {
    const end = new AbortController();
    const ownSignal = AbortSignal.any([signal, end.signal]);
    const run = new SyncRun(ownSignal, reporter, () => this.#connection.traffic);
    try {
      await this.#mergePending(run);
      for (;;) {
        if (signal.aborted) throw networkError(signal.reason, signal);
        const round = await this.#read(run);
        const answer = await this.#send(run, round);
        if (answer === undefined) continue;
        const applied = await this.#merge(run, round, answer);
        this.#report(run, round, answer, applied);
        if (!round.chunk.more && !answer.pulled.more) return this.#result(run, answer);
      }
    } finally {
      end.abort(); // If the run failed, a pull may have been sent ahead.
    }
  }

  /** Whether this database has changes that the server lacks. */
  async hasUnsentChanges(): Promise<boolean> {
    const [{ version }, peer] = await Promise.all([this.#site.state(), this.#peer()]);
    const sent = (peer?.sent ?? START).cursor;
    return typeof sent !== 'number' || version > sent;
  }

  /** A local write may have completed a row whose changes were pending. It is sent in this run, too. */
  async #mergePending({ reporter }: SyncRun): Promise<void> {
    const applied = await this.#site.merge([]);
    if (hasRows(applied)) reporter.onApplied(applied);
  }

  async #read(run: SyncRun): Promise<Round> {
    const [{ siteId, version }, peer] = await Promise.all([this.#site.state(), this.#peer()]);
    const { sent = START, received = START } = peer ?? {};
    // A pull that was sent ahead carries no changes.
    const isUpToDate = sent.cursor === version || run.pullAhead !== undefined;
    const chunk = isUpToDate
      ? { changes: [], hidden: [], cursor: sent.cursor, more: false }
      : await this.#readChunk(sent, peer?.siteId ?? this.#server.siteId);
    const isAccepted = (change: Change) =>
      !run.refusedRows.has(change) && !this.#server.isForeign(change, this.#site.schema);
    const push = chunk.changes.filter(isAccepted);
    return { siteId, version, peer, sent, received, chunk, push };
  }

  #readChunk(sent: PeerProgress, server: Uint8Array | undefined): Promise<Chunk> {
    const from = { since: sent.cursor, skip: sent.skip };
    const options = { ...from, tables: this.#tables, excludeSite: server };
    return readChunk(this.#site, options, this.#server.chunk);
  }

  /** The server's answer; undefined if it refused the request and the round has to be repeated. */
  async #send(run: SyncRun, round: Round): Promise<Answer | undefined> {
    const { peer, received, chunk, push } = round;
    const asked = run.pullAhead;
    run.pullAhead = undefined;
    try {
      const answer = await (asked ??
        this.#connection.exchange(
          this.#request(round.siteId, {
            to: peer?.siteId,
            push: push.length > 0 ? { changes: push, through: chunk.cursor } : undefined,
            pull: this.#pull(received, peer?.filter ?? ''),
          }),
          run.signal,
        ));
      run.recoveries = 0;
      this.#server.siteId = answer.siteId;
      return withPulled(answer);
    } catch (error) {
      const failure = { site: this.#site, server: this.#server, run, peer, pushed: push.length };
      if (await recover(error, failure)) return undefined;
      throw error;
    }
  }

  /** Merges what was pulled, and stores in the same transaction how far both directions have got. */
  async #merge(run: SyncRun, round: Round, answer: Answer): Promise<ApplyResult | undefined> {
    const { chunk, version } = round;
    const { pulled } = answer;
    const sent = { cursor: chunk.cursor, skip: round.sent.skip };
    const received = receivedAfter(round, answer);
    // The server is asked for more while this is merged, unless it has to get changes next.
    if (pulled.more && !chunk.more) this.#askAhead(run, round, answer, received);
    // Once all changes to these rows have been read and left out, nothing keeps the rows here.
    const dropped = chunk.more ? [] : run.refusedRows.toDrop();
    const evicted = [...pulled.hidden, ...dropped];
    const isNothing =
      pulled.changes.length === 0 &&
      evicted.length === 0 &&
      isSameCursor(received.cursor, round.received.cursor) &&
      isSameCursor(sent.cursor, round.sent.cursor);
    if (isNothing) return undefined;
    const { schema } = this.#site;
    const limit = { schema, localVersion: version, maxJump: LIMITS.maxVersionJump };
    refuseVersionJumps(pulled.changes, limit);
    return this.#site.merge(pulled.changes, {
      peer: {
        siteId: answer.siteId,
        tag: peerTag(this.#tables),
        received,
        sent,
        filter: pulled.filter,
        url: this.#connection.url,
      },
      evict: { rows: evicted, sent },
      ownReturn: pulled.ownReturn,
    });
  }

  #report(run: SyncRun, round: Round, answer: Answer, applied: ApplyResult | undefined): void {
    const { chunk, sent, received, version, push } = round;
    const { pulled, pushed, dbVersion } = answer;
    const { totals, shares, reporter } = run;
    if (applied !== undefined && hasRows(applied)) reporter.onApplied(applied);
    totals.pushed += push.length;
    totals.pushedWon += pushed?.cellsWon ?? 0;
    totals.pulled += pulled.changes.length;
    totals.pulledWon += applied?.cellsWon ?? 0;
    totals.hidden += pulled.hidden.length;
    const pushedTo = versionOf(chunk.cursor);
    const pulledTo = versionOf(pulled.cursor);
    reporter.onProgress({
      pushed: totals.pushed,
      pulled: totals.pulled,
      requests: run.ownTraffic.requests,
      share: shares.next({
        push: chunk.more ? { from: versionOf(sent.cursor), at: pushedTo, to: version } : undefined,
        pull: pulled.more
          ? { from: versionOf(received.cursor), at: pulledTo, to: dbVersion }
          : undefined,
      }),
      serverVersion: dbVersion,
      pulledTo,
      localVersion: version,
      pushedTo,
    });
  }

  #result({ totals, refusedRows, ownTraffic }: SyncRun, answer: Answer): SyncResult {
    return {
      ...totals,
      ...ownTraffic,
      refused: refusedRows.size,
      sameSchema: answer.schema === this.#schema,
      server: answer.siteId,
      serverVersion: answer.dbVersion,
    };
  }

  /** Sends the next pull. The next round takes its answer. */
  #askAhead(run: SyncRun, { siteId }: Round, answer: Answer, received: PeerProgress): void {
    const pull = this.#pull(received, answer.pulled.filter);
    const request = this.#request(siteId, { to: answer.siteId, pull });
    run.pullAhead = this.#connection.exchange(request, run.signal);
    // If this round fails, nobody takes it.
    run.pullAhead.catch(() => {});
  }

  #pull({ cursor, skip }: PeerProgress, filter: string): NonNullable<SyncRequest['pull']> {
    return { cursor, filter, skip, maxBytes: this.#server.chunk.maxBytes };
  }

  #request(siteId: Uint8Array, more: Pick<SyncRequest, 'to' | 'push' | 'pull'>): SyncRequest {
    return { siteId, schema: this.#schema, tables: this.#tables, ...more };
  }

  /** The server's entry: found by its site id, or before it has answered by its address. */
  async #peer(): Promise<Peer | undefined> {
    const { siteId } = this.#server;
    const { url } = this.#connection;
    const tag = peerTag(this.#tables);
    const peers = await this.#site.peers(siteId && [siteId]);
    // Peers without an address are clients of this database.
    const isServer = (peer: Peer) => siteId !== undefined || (peer.url === url && peer.url !== '');
    return peers.find((peer) => peer.tag === tag && isServer(peer));
  }
}

function withPulled(answer: SyncResponse): Answer {
  const { pulled } = answer;
  if (pulled !== undefined) return { ...answer, pulled };
  throw new CrrSyncError(
    'CRR_SYNC_SERVER',
    'the answer lacks the part "pulled", which was asked for: check that the address is that of a sync handler',
  );
}

/** What will have been received once the answer is merged. */
function receivedAfter({ received }: Round, { pulled, pushed }: Answer): PeerProgress {
  const skip = pulled.restarted ? [] : [...received.skip];
  if (pushed !== undefined && pushed.stamp > 0) skip.push(pushed.stamp);
  return { cursor: pulled.cursor, skip };
}

const hasRows = ({ inserted, updated, deleted }: ApplyResult) =>
  inserted.length + updated.length + deleted.length > 0;

const versionOf = (cursor: number | Cursor) =>
  typeof cursor === 'number' ? cursor : cursor.after.db_version;

const isSameCursor = (a: number | Cursor, b: number | Cursor) =>
  a === b || JSON.stringify(a) === JSON.stringify(b);

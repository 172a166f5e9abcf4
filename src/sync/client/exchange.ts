import type { Cursor } from '../../database/change-stream.js';
import type { Peer, PeerProgress } from '../../database/peers.js';
import type { ApplyResult } from '../../drizzle/apply-result.js';
import type { Crr } from '../../drizzle/crr.js';
import { internalsOf } from '../../drizzle/internals.js';
import { CrrSyncError } from '../../errors.js';
import type { Change } from '../../model/change.js';
import type { CrrSchema } from '../../model/schema.js';
import { bytesToHex, hexToBytes } from '../../model/value.js';
import { LIMITS, type Pulled, type SyncResponse, schemaFingerprint } from '../protocol.js';
import { type Chunk, readChunk } from '../wire/chunk.js';
import type { RefusedRow } from '../wire/errors.js';
import { isMark } from '../wire/mark.js';
import { tagOf } from '../wire/tag.js';
import { refuseVersionJumps } from '../wire/versions.js';
import { networkError, ServerRefusal, type Transport } from './transport.js';

/** What one sync did. */
export interface SyncResult {
  /** Changes sent, and how many of their cells won at the server. */
  readonly pushed: number;
  readonly pushedWon: number;
  /** Changes received, and how many of their cells won here. */
  readonly pulled: number;
  readonly pulledWon: number;
  /** Rows that left what this site may see. */
  readonly hidden: number;
  /** Rows that this site may not write: what was written to them here was left out. */
  readonly refused: number;
  readonly requests: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** The server's CRRs are those of this schema; where not, changes may wait on either side. */
  readonly sameSchema: boolean;
  /** The server's site. */
  readonly server: Uint8Array;
  /** The server's db_version, up to which everything is here. */
  readonly serverVersion: number;
}

/** How far a running sync is; counts as in {@link SyncResult}. */
export interface SyncProgress {
  readonly pushed: number;
  readonly pulled: number;
  readonly requests: number;
  /** How much of what both sides have for each other went over: from 0 to 1, and never back. */
  readonly share: number;
  /** db_versions: the server's, and how much of them is here. */
  readonly serverVersion: number;
  readonly pulledTo: number;
  /** The same of this database, and how much of them the server has. */
  readonly localVersion: number;
  readonly pushedTo: number;
}

export interface ExchangeHooks {
  readonly onProgress: (progress: SyncProgress) => void;
  readonly onApplied: (result: ApplyResult) => void;
}

const START: PeerProgress = { cursor: 0, skip: [] };
/** How often one request is mended before the sync gives up: each cause is mended by the first time. */
const MAX_RESTARTS = 24;

/** Exchanges changes with one server until both sides have what the other had when it began. */
export class Exchange {
  /** The server, once it is known. */
  #server: Uint8Array | undefined;
  /** Sites whose changes this server wants from themselves only, as hex. */
  readonly #refusedSites = new Set<string>();
  /** Rows that the server does not let this site write, in the run that is under way. */
  readonly #refusedRows = new Map<string, RefusedRow>();
  #chunkBytes: number;
  #maxChanges: number;
  readonly #crrs: CrrSchema;
  readonly #schema: string;

  constructor(
    readonly crr: Crr,
    readonly transport: Transport,
    readonly tables: readonly string[] | undefined,
    chunkBytes: number,
    maxChanges: number,
  ) {
    this.#chunkBytes = chunkBytes;
    this.#maxChanges = maxChanges;
    this.#crrs = internalsOf(crr).schema;
    this.#schema = schemaFingerprint(this.#crrs);
  }

  /** @throws {CrrSyncError} where it could not be finished; what was done stays done. */
  async run(signal: AbortSignal, hooks: ExchangeHooks): Promise<SyncResult> {
    const { transport } = this;
    const before = { ...pick(transport) };
    const total = { pushed: 0, pushedWon: 0, pulled: 0, pulledWon: 0, hidden: 0 };
    let ahead: Promise<SyncResponse> | undefined;
    const shares = new Shares();
    this.#refusedRows.clear();
    await this.#mergeWaiting(hooks);
    for (let restarts = 0; ; ) {
      if (signal.aborted) throw networkError(signal.reason, signal);
      const { siteId, version } = await this.crr.transport.state();
      const peer = await this.#peer();
      const sent = peer?.sent ?? START;
      const received = peer?.received ?? START;
      // While the server still sends, its next chunk is on the way already, and nothing goes there.
      const chunk =
        ahead === undefined
          ? await this.#readOwn(sent, version, peer?.siteId ?? this.#server)
          : { changes: [], hidden: [], cursor: sent.cursor, more: false };
      const own = chunk.changes.filter((change) => !this.#isRefused(change));
      const message = { site: siteId, schema: this.#schema, tables: this.tables };
      const maxBytes = this.#chunkBytes;
      let response: SyncResponse;
      try {
        response = await (ahead ??
          transport.exchange(
            {
              ...message,
              to: peer?.siteId,
              push: own.length > 0 ? { changes: own, through: chunk.cursor } : undefined,
              pull: { ...received, filter: peer?.filter ?? '', maxBytes },
            },
            signal,
          ));
      } catch (error) {
        ahead = undefined;
        if (++restarts > MAX_RESTARTS || !(await this.#mend(error, peer, own.length))) throw error;
        continue;
      }
      restarts = 0;
      this.#server = response.site;
      const { pulled, pushed } = response;
      if (pulled === undefined) throw new CrrSyncError('CRR_SYNC_SERVER', 'an answer without pull');
      const skip = pulled.restarted ? [] : [...received.skip];
      if (pushed !== undefined && pushed.stamp > 0) skip.push(pushed.stamp);
      ahead = undefined;
      if (pulled.more && !chunk.more) {
        const { cursor, filter } = pulled;
        const pull = { cursor, filter, skip, maxBytes };
        ahead = transport.exchange({ ...message, to: response.site, pull }, signal);
        // It is awaited in the next round; where this one fails before, nobody asks for it.
        ahead.catch(() => {});
      }
      const applied = await this.#merge(response.site, pulled, skip, received, sent, chunk);
      if (applied && hasRows(applied)) hooks.onApplied(applied);
      total.pushed += own.length;
      total.pushedWon += pushed?.cellsWon ?? 0;
      total.pulled += pulled.changes.length;
      total.pulledWon += applied?.cellsWon ?? 0;
      total.hidden += pulled.hidden.length;
      const requests = transport.requests - before.requests;
      hooks.onProgress({
        pushed: total.pushed,
        pulled: total.pulled,
        requests,
        share: shares.after(
          chunk.more ? [versionOf(sent.cursor), versionOf(chunk.cursor), version] : undefined,
          pulled.more
            ? [versionOf(received.cursor), versionOf(pulled.cursor), response.version]
            : undefined,
        ),
        serverVersion: response.version,
        pulledTo: versionOf(pulled.cursor),
        localVersion: version,
        pushedTo: versionOf(chunk.cursor),
      });
      if (pulled.more || chunk.more) continue;
      return {
        ...total,
        refused: this.#refusedRows.size,
        requests,
        bytesSent: transport.bytesSent - before.bytesSent,
        bytesReceived: transport.bytesReceived - before.bytesReceived,
        sameSchema: response.schema === this.#schema,
        server: response.site,
        serverVersion: response.version,
      };
    }
  }

  /** What waits here may have what it waited for by now: a local write tells nobody. */
  async #mergeWaiting({ onApplied }: ExchangeHooks): Promise<void> {
    const result = await this.crr.apply([]);
    if (hasRows(result)) onApplied(result);
  }

  /** Whether something was written here that the server lacks. */
  async hasNews(): Promise<boolean> {
    const [{ version }, peer] = await Promise.all([this.crr.transport.state(), this.#peer()]);
    const sent = peer?.sent?.cursor ?? 0;
    return typeof sent !== 'number' || version > sent;
  }

  /** The server's row, by its site once it has answered, by its address before. */
  async #peer(): Promise<Peer | undefined> {
    const tag = tagOf(this.tables);
    const peers = await this.crr.transport.peers(this.#server && [this.#server]);
    const { url } = this.transport;
    return peers.find(
      (peer) =>
        peer.tag === tag && (this.#server !== undefined || (peer.url === url && url !== '')),
    );
  }

  async #readOwn(
    sent: PeerProgress,
    version: number,
    server: Uint8Array | undefined,
  ): Promise<Chunk> {
    if (sent.cursor === version) {
      return { changes: [], hidden: [], cursor: version, more: false };
    }
    return readChunk(
      this.crr,
      {
        since: sent.cursor,
        skip: sent.skip,
        ...(this.tables && { tables: this.tables }),
        ...(server && { excludeSite: server }),
      },
      this.#chunkBytes,
      this.#maxChanges,
    );
  }

  #isRefused(change: Change): boolean {
    if (this.#refusedRows.size > 0 && this.#refusedRows.has(rowId(change.table, change.pk))) {
      return true;
    }
    return (
      this.#refusedSites.size > 0 &&
      this.#refusedSites.has(bytesToHex(change.site_id)) &&
      !isMark(change, this.#crrs)
    );
  }

  /** Merges what came, and notes in the same transaction how far both directions are. */
  async #merge(
    siteId: Uint8Array,
    pulled: Pulled,
    skip: readonly number[],
    received: PeerProgress,
    sent: PeerProgress,
    chunk: Chunk,
  ): Promise<ApplyResult | undefined> {
    const nowSent = { cursor: chunk.cursor, skip: sent.skip };
    // What was written to them was read and left out, so the server's view of them is all that counts.
    const drops = chunk.more ? [] : [...this.#refusedRows.values()].filter(({ drop }) => drop);
    const isNews =
      drops.length > 0 ||
      pulled.changes.length > 0 ||
      pulled.hidden.length > 0 ||
      !sameCursor(pulled.cursor, received.cursor) ||
      !sameCursor(chunk.cursor, sent.cursor);
    if (!isNews) return undefined;
    const { version } = await this.crr.transport.state();
    refuseVersionJumps(pulled.changes, this.#crrs, version, LIMITS.maxVersionJump);
    return this.crr.transport.merge(pulled.changes, {
      peer: {
        siteId,
        tag: tagOf(this.tables),
        received: { cursor: pulled.cursor, skip },
        sent: nowSent,
        filter: pulled.filter,
        url: this.transport.url,
      },
      evict: {
        rows: [...pulled.hidden, ...drops.map(({ table, pk }) => ({ table, pk: hexToBytes(pk) }))],
        sent: nowSent,
      },
      ownReturn: pulled.ownReturn,
    });
  }

  /** Removes the cause of a refusal where that is this side's to do; the exchange then goes on. */
  async #mend(error: unknown, peer: Peer | undefined, sending: number): Promise<boolean> {
    if (!(error instanceof ServerRefusal)) return false;
    switch (error.code) {
      case 'CRR_SYNC_OTHER_SITE':
        if (error.site === undefined) return false;
        this.#server = error.site;
        return true;
      case 'CRR_SYNC_CURSOR_AHEAD':
        // The server lost its latest past: it may lack what it once had of us, too.
        if (peer === undefined) return false;
        await this.crr.transport.merge([], {
          peer: { ...peer, received: START, sent: START, filter: '' },
        });
        return true;
      case 'CRR_SYNC_FOREIGN_CHANGES': {
        const known = this.#refusedSites.size;
        for (const site of error.sites) this.#refusedSites.add(site);
        this.#server ??= error.site;
        return this.#refusedSites.size > known;
      }
      case 'CRR_SYNC_FORBIDDEN': {
        const known = this.#refusedRows.size;
        for (const row of error.rows) {
          this.#refusedRows.set(`${row.pk} ${row.table}`, row);
        }
        return this.#refusedRows.size > known;
      }
      case 'CRR_SYNC_TOO_LARGE':
      case 'CRR_SYNC_TOO_SLOW':
        if (sending <= 1) return false;
        this.#chunkBytes = Math.max(1, Math.floor(this.#chunkBytes / 2));
        this.#maxChanges = Math.max(1, Math.floor(Math.min(this.#maxChanges, sending) / 2));
        return true;
      default:
        return false;
    }
  }
}

const pick = ({ requests, bytesSent, bytesReceived }: Transport) => ({
  requests,
  bytesSent,
  bytesReceived,
});

/** From where to where in db_versions, and how far that was gone. */
type Way = readonly [from: number, at: number, to: number];

/** The share of a run that is done: of the ways that are not at their end, each of which the other may lengthen. */
class Shares {
  readonly #from: (number | undefined)[] = [];
  #share = 0;

  after(...ways: readonly (Way | undefined)[]): number {
    let [done, total] = [0, 0];
    for (const [i, way] of ways.entries()) {
      if (way === undefined) continue;
      this.#from[i] ??= way[0];
      const from = this.#from[i];
      done += Math.max(0, way[1] - from);
      total += Math.max(0, way[2] - from);
    }
    this.#share = Math.max(this.#share, total === 0 ? 1 : Math.min(1, done / total));
    return this.#share;
  }
}

const hasRows = ({ inserted, updated, deleted }: ApplyResult) =>
  inserted.length + updated.length + deleted.length > 0;

const rowId = (table: string, pk: Uint8Array) => `${bytesToHex(pk)} ${table}`;

const versionOf = (cursor: number | Cursor) =>
  typeof cursor === 'number' ? cursor : cursor.after.db_version;

const sameCursor = (a: number | Cursor, b: number | Cursor) =>
  a === b || JSON.stringify(a) === JSON.stringify(b);

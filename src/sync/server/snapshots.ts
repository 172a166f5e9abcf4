import { CrrDatabaseError } from '../../errors.js';
import { bytesToHex } from '../../model/value.js';
import { readChunk } from '../chunk.js';
import { schemaFingerprint, sha256 } from '../fingerprint.js';
import { LIMITS, type Pull } from '../protocol.js';
import { type History, type Site, type SiteState, sinceOf } from '../site.js';
import { greatestCell } from '../wire/codec.js';
import { CODECS } from '../wire/codecs.js';
import {
  encodeChunk,
  noSnapshot,
  SNAPSHOT_CONTENT_TYPE,
  type SnapshotAddress,
} from '../wire/snapshot-chunk.js';
import type { Complete } from '../with-defaults.js';
import { Access } from './access.js';
import type { Authorization } from './authorization.js';
import type { SyncLimits } from './options.js';
import { readHistory, receiptOf, upTo } from './receipts.js';
import type { RequestCounts } from './request-counts.js';

const DAY = 86_400_000;

/** What the id of a snapshot depends on. */
interface SnapshotParts {
  readonly access: Access;
  readonly state: SiteState;
  readonly history: History;
}

/** Serves first transfers in chunks that caches keep; see wire/snapshot-chunk.ts. Nothing is stored. */
export class Snapshots {
  readonly #schema: string;

  constructor(
    readonly site: Site,
    readonly limits: Complete<SyncLimits>,
  ) {
    this.#schema = schemaFingerprint(site.schema);
  }

  /** The snapshot that a request may be answered with; undefined if there is none for it. */
  async offer(pull: Pull, tables: readonly string[] | undefined, parts: SnapshotParts) {
    const { access, state, history } = parts;
    // A client that reads some tables only has another filter than its authorization.
    const isFirst = sinceOf(pull.cursor) === 0 && tables === undefined && state.version > 0;
    const isNew = pull.cursor === 0 && pull.filter === '';
    const isOnTheWay = pull.cursor !== 0 && pull.filter === access.filter;
    if (!isFirst || access.filtersRows || history.secret === '') return undefined;
    return isNew || isOnTheWay ? this.#idOf(parts, today()) : undefined;
  }

  /**
   * @throws {CrrSyncError} CRR_SYNC_SNAPSHOT
   */
  async answer(
    request: Request,
    { id, cursor }: SnapshotAddress,
    authorization: Authorization,
    counts: RequestCounts | undefined,
  ): Promise<Response> {
    const { site, limits } = this;
    const access = new Access({ authorization, site, tables: undefined, quota: NO_QUOTA });
    const [state, history] = await Promise.all([site.state(), readHistory(site, undefined)]);
    const parts = { access, state, history };
    const ids = await Promise.all([this.#idOf(parts, today()), this.#idOf(parts, today() - 1)]);
    const isKnown = history.secret !== '' && ids.includes(id) && !access.filtersRows;
    if (!isKnown || sinceOf(cursor) !== 0 || isBeyond(cursor, state.version)) throw noSnapshot();
    // Whatever copy a cache has of this address, it is still good.
    if (request.headers.has('if-none-match')) {
      return new Response(null, { status: 304, headers: CACHED });
    }
    const maxCellBytes = greatestCell(CODECS.binary, LIMITS.maxMessageBytes);
    const chunk = await readChunk(
      site,
      { since: cursor, tables: access.readable },
      { maxBytes: limits.chunkBytes, maxChanges: limits.maxChanges, maxCellBytes },
    ).catch(forgotten);
    // The client learns what it cannot get only by an ordinary answer.
    if (chunk.tooLarge.length > 0) throw noSnapshot();
    const { changes, more } = chunk;
    const position = chunk.cursor;
    const reached = typeof position === 'number' ? position : position.after.db_version;
    const receipt = await receiptOf(await upTo(reached, history, site), state.siteId);
    const response = {
      siteId: state.siteId,
      schema: this.#schema,
      rights: '',
      dbVersion: Math.max(reached, state.version),
      receipt,
      birth: state.birth > 1 ? state.birth : undefined,
      pulled: {
        changes,
        hidden: [],
        cursor: position,
        filter: access.filter,
        more,
        restarted: false,
        ownReturn: true,
      },
    };
    const body = await encodeChunk(response);
    counts?.addResponse(response, body.length);
    const etag = { etag: `"${bytesToHex(body.subarray(0, 32))}"` };
    return new Response(body, {
      headers: {
        'content-type': SNAPSHOT_CONTENT_TYPE,
        ...(more ? { ...CACHED, ...etag } : { 'cache-control': 'no-store' }),
      },
    });
  }

  async #idOf({ access, state, history }: SnapshotParts, day: number): Promise<string> {
    const { siteId, birth } = state;
    const parts = [history.secret, bytesToHex(siteId), this.#schema, access.filter, birth, day];
    return (await sha256(JSON.stringify(parts))).slice(0, 32);
  }
}

const CACHED = { 'cache-control': `public, max-age=${DAY / 1_000}, immutable` };
const NO_QUOTA = { changes: 0, bytes: 0, tombstones: undefined };

const today = () => Math.floor(Date.now() / DAY);

/** Whether a cursor is ahead of this database, as a position that somebody has made up may be. */
const isBeyond = (cursor: SnapshotAddress['cursor'], version: number) =>
  typeof cursor !== 'number' && cursor.after.db_version > version;

function forgotten(error: unknown): never {
  const isForgotten = error instanceof CrrDatabaseError && error.code === 'CRR_DATABASE_HORIZON';
  throw isForgotten ? noSnapshot() : error;
}

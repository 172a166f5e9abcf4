import { CrrDatabaseError, type CrrSyncError } from '../../errors.js';
import { mayFallDue } from '../column-types.js';
import { schemaFingerprint } from '../fingerprint.js';
import { LIMITS, type SyncRequest, type SyncResponse } from '../protocol.js';
import { type Cursor, type LimitedSource, readPendingUsage, type Site, TRUSTED } from '../site.js';
import { type Codec, greatestCell } from '../wire/codec.js';
import { acceptedCodec, CONTENT_TYPES, codecOfType } from '../wire/codecs.js';
import { SyncRefusal } from '../wire/sync-refusal.js';
import type { Complete } from '../with-defaults.js';
import { Access } from './access.js';
import type { Authorization } from './authorization.js';
import { FruitlessPolls } from './fruitless-polls.js';
import { deletesForgotten, noteAcknowledged, requireDeletesKnown } from './horizon.js';
import type { SyncLimits } from './options.js';
import { findGone, requireProbe } from './probe.js';
import { readPull, requireCursorBehind } from './pull.js';
import { mergePush } from './push.js';
import { parseReceipt, readHistory, receiptOf, requireOwnHistory, upTo } from './receipts.js';
import { readBody } from './request-body.js';
import type { RequestCounts } from './request-counts.js';
import { checkOwnership, registerSite } from './site-ownership.js';
import type { Snapshots } from './snapshots.js';

/** Answers requests: merges what they push, and reads what they pull. */
export class ExchangeEndpoint {
  readonly #schema: string;
  readonly #polls = new FruitlessPolls();

  constructor(
    readonly site: Site,
    readonly limits: Complete<SyncLimits>,
    readonly onRestored: (error: CrrSyncError) => void,
    /** Undefined if there are none. */
    readonly snapshots: Snapshots | undefined,
  ) {
    this.#schema = schemaFingerprint(site.schema);
  }

  /**
   * @param counts counts what is exchanged, if it is given.
   * @throws {CrrError} if the request is refused.
   */
  async answer(
    request: Request,
    authorization: Authorization,
    counts: RequestCounts | undefined,
  ): Promise<Response> {
    const message = await this.#decode(request, counts);
    counts?.addRequest(message);
    const codec = acceptedCodec(request.headers.get('accept'));
    const response = await this.#exchange(message, authorization, codec);
    const body = await codec.encodeResponse(response);
    counts?.addResponse(response, body.length);
    return new Response(body, {
      headers: { 'content-type': codec.contentType, 'cache-control': 'no-store' },
    });
  }

  /** Whether what waits may have become what can be applied. */
  #mayApply(waiting: readonly string[], source: LimitedSource | undefined, state: string): boolean {
    if (source === undefined || waiting.length === 0) return false;
    const mayBeDue = waiting.some((table) => mayFallDue(table, this.site.schema));
    if (!mayBeDue && this.#polls.has(source.id, state)) return false;
    this.#polls.add(source.id, state);
    return true;
  }

  /** Whether so much is pending from a source that what was left out had better not be sent again yet. */
  async #isFull({ id, quota }: LimitedSource): Promise<boolean> {
    let isFull = false;
    const query = readPendingUsage(id, ({ changes, bytes }) => {
      isFull = quota !== undefined && (2 * changes > quota.changes || 2 * bytes > quota.bytes);
    });
    await this.site.query([query]);
    return isFull;
  }

  async #decode(request: Request, counts: RequestCounts | undefined): Promise<SyncRequest> {
    const type = request.headers.get('content-type');
    const codec = codecOfType(type);
    if (codec === undefined) throw unknownType(type);
    const body = await readBody(request, this.limits);
    counts?.addBody(body.length);
    return codec.decodeRequest(body, this.limits);
  }

  async #exchange(
    request: SyncRequest,
    authorization: Authorization,
    codec: Codec,
  ): Promise<SyncResponse> {
    const { site, limits } = this;
    const { tables, push, pull, probe } = request;
    const { maxVersionJump, maxSitesPerOwner } = limits;
    const quota = {
      changes: limits.maxPendingPerOwner,
      bytes: limits.maxPendingBytesPerOwner,
      tombstones: limits.maxTombstonesPerOwner,
    };
    const access = new Access({ authorization, site, tables, quota });
    const source = await access.source();
    const receipt = parseReceipt(request.receipt);
    const [{ state, peer, isNew }, waiting, history] = await Promise.all([
      checkOwnership({ request, access, source, site, maxSitesPerOwner }),
      source === undefined ? [] : site.waitingTables(source.id, push !== undefined),
      readHistory(site, receipt),
    ]);
    await requireOwnHistory({
      receipt,
      history,
      siteId: state.siteId,
      site,
      onRestored: this.onRestored,
    });
    // Before anything is merged: a refused request changes nothing.
    if (pull !== undefined) requireCursorBehind(pull, state.version);
    const knows = requireDeletesKnown(request, peer, state);
    if (probe !== undefined) await requireProbe(probe, site);

    const merged =
      push !== undefined || this.#mayApply(waiting, source, `${state.version} ${access.rights}`)
        ? await mergePush(request, {
            site,
            access,
            source,
            waiting,
            maxVersionJump,
            state,
            knows,
          })
        : undefined;
    const mayBeFull = waiting.length > 0 || (merged?.pushed?.pending ?? 0) > 0;
    const isFull = source !== undefined && mayBeFull && (await this.#isFull(source));
    const version = Math.max(state.version, merged?.pushed?.stamp ?? 0);
    const { maxMessageBytes = LIMITS.maxMessageBytes } = request;
    const snapshot =
      pull && (await this.snapshots?.offer(pull, tables, { access, state, history }));
    const { pulled, tooLarge = [] } =
      (pull &&
        (await readPull(pull, {
          site,
          version: state.version,
          access,
          limits,
          maxCellBytes: greatestCell(codec, maxMessageBytes),
          push: merged,
          changes: push?.changes ?? [],
          hasSnapshot: snapshot !== undefined,
        }).catch((error: unknown) => forgottenMeanwhile(error, site)))) ??
      NO_PULL;
    const gone = probe && (await findGone(probe, access, source?.id ?? TRUSTED, site));
    if (push === undefined) {
      const { owner } = access;
      if (isNew) await registerSite(request, { owner, state, site });
      else await noteAcknowledged(request, { peer, owner, site });
    }
    // The pull may include later writes.
    const dbVersion = typeof pulled?.cursor === 'number' ? pulled.cursor : version;
    const told = Math.max(version, pulled === undefined ? 0 : versionOf(pulled.cursor));
    return {
      siteId: state.siteId,
      schema: this.#schema,
      receipt: await receiptOf(await upTo(told, merged?.history ?? history, site), state.siteId),
      // A client sends rows that were refused once more if its rights have changed.
      rights: isFull ? `${access.rights}+` : access.rights,
      dbVersion,
      birth: state.birth > 1 ? state.birth : undefined,
      snapshot,
      gone,
      pushed: merged?.pushed,
      refused: merged?.refused.length ? merged.refused : undefined,
      rejected: merged?.rejected.length ? merged.rejected : undefined,
      tooLarge: tooLarge.length ? tooLarge : undefined,
      pulled,
    };
  }
}

/** What was pushed is merged then. The client sends it again, which changes nothing. */
async function forgottenMeanwhile(error: unknown, site: Site): Promise<never> {
  const isForgotten = error instanceof CrrDatabaseError && error.code === 'CRR_DATABASE_HORIZON';
  throw isForgotten ? deletesForgotten(await site.state()) : error;
}

/** The greatest db_version of what was read up to a cursor. */
const versionOf = (cursor: number | Cursor) =>
  typeof cursor === 'number' ? cursor : cursor.after.db_version;

const NO_PULL = { pulled: undefined, tooLarge: [] };

function unknownType(type: string | null): SyncRefusal {
  return new SyncRefusal({
    code: 'CRR_SYNC_MEDIA_TYPE',
    message: `found the content-type ${type ?? '(none)'}, expected ${CONTENT_TYPES}`,
    status: 415,
  });
}

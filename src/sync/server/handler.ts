import type { Peer } from '../../database/peers.js';
import type { MergeResult } from '../../drizzle/apply-result.js';
import type { Crr } from '../../drizzle/crr.js';
import type { CrrDatabase } from '../../drizzle/crr-database.js';
import { type CrrInternals, internalsOf } from '../../drizzle/internals.js';
import { CrrChangeError, CrrSyncError, CrrUsageError } from '../../errors.js';
import type { Change } from '../../model/change.js';
import { refuseUnknownOptions } from '../../model/options.js';
import type { CrrSchema } from '../../model/schema.js';
import { bytesToHex, compareBytes } from '../../model/value.js';
import {
  BINARY_TYPE,
  EVENT_STREAM_TYPE,
  JSON_TYPE,
  LIMITS,
  type Pull,
  type Pulled,
  type Pushed,
  type SyncRequest,
  type SyncResponse,
  schemaFingerprint,
} from '../protocol.js';
import { readChunk } from '../wire/chunk.js';
import { seal, unseal } from '../wire/envelope.js';
import { errorResponse, otherSite, RefusedRequest, refusalOf } from '../wire/errors.js';
import { isMark, witnessMarks } from '../wire/mark.js';
import { decodeRequest, encodeResponse } from '../wire/message-binary.js';
import { requestFromJson, responseToJson } from '../wire/message-json.js';
import { tagOf } from '../wire/tag.js';
import { refuseVersionJumps } from '../wire/versions.js';
import { Access, type Authorization, type Renderer, sitesOf } from './authorization.js';
import { readBody } from './body.js';
import { type LiveStreamOptions, liveStream } from './live-stream.js';
import { RowRule } from './row-rule.js';

/** Limits of a handler; what is absent keeps its default. */
export interface SyncLimits {
  /** Bytes of a request's body as sent. Default: 4 MiB. */
  readonly maxBodyBytes?: number;
  /** Bytes of a message after decompression. Default: 32 MiB. */
  readonly maxMessageBytes?: number;
  /** Changes in one request, and in one answer. Default: 20,000. */
  readonly maxChanges?: number;
  /** Milliseconds until a body must have arrived. Default: 30,000. */
  readonly bodyTimeoutMs?: number;
  /** Live streams at once, per handler. Default: 1,000. */
  readonly maxStreams?: number;
  /** About how large an answer may be before compression. Default: 1 MiB. */
  readonly chunkBytes?: number;
  /** How far a change's versions may be ahead of this database's. Default: 2^32. */
  readonly maxVersionJump?: number;
}

export interface SyncHandlerOptions {
  /** A database made by `withCrr`. */
  readonly db: CrrDatabase;
  /**
   * Says who a request comes from and what they may see and write. `null` answers 401; a Response
   * is answered as it is. Required, unless `public` is true.
   */
  readonly authorize?: (
    request: Request,
  ) => Authorization | Response | null | Promise<Authorization | Response | null>;
  /** Everybody may read and write everything. */
  readonly public?: boolean;
  readonly limits?: SyncLimits;
  /** The live stream: see {@link LiveOptions}. */
  readonly live?: LiveOptions;
  /** Hears of failures that a client is only told of as status 500. */
  readonly onError?: (error: unknown) => void;
}

export interface LiveOptions {
  /** How often the database is asked whether there is something new, in milliseconds. Default: 300. */
  readonly pollMs?: number;
  /** After how long a stream ends, and the client comes again, in milliseconds. Default: 300,000. */
  readonly lifetimeMs?: number;
}

/** Answers a sync request. It keeps no state that another handler on the same database lacks. */
export type SyncHandler = (request: Request) => Promise<Response>;

/**
 * Makes the server side of sync: a function from Request to Response, for Workers, Deno, Bun, Node
 * (with an adapter such as @hono/node-server), or to be handed to a client as its `fetch`.
 *
 * @throws {CrrUsageError} without `authorize`, unless `public: true` says that this is meant.
 *
 * @example
 * const handler = createSyncHandler({
 *   db,
 *   authorize: async (request) => {
 *     const user = await userOf(request.headers.get('authorization'));
 *     return user && { id: user.id, tables: { notes: { where: eq(notes.owner, user.id) } } };
 *   },
 * });
 * app.all('/sync', (c) => handler(c.req.raw)); // Hono
 */
export function createSyncHandler(options: SyncHandlerOptions): SyncHandler {
  const known = ['db', 'authorize', 'public', 'limits', 'live', 'onError'];
  refuseUnknownOptions('createSyncHandler()', options, known);
  const limits = { ...LIMITS, ...options.limits };
  refuseUnknownOptions('createSyncHandler(): limits', options.limits ?? {}, Object.keys(LIMITS));
  const live = { pollMs: 300, lifetimeMs: 300_000, ...options.live };
  refuseUnknownOptions('createSyncHandler(): live', options.live ?? {}, ['pollMs', 'lifetimeMs']);
  if (options.authorize === undefined && options.public !== true) {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      'createSyncHandler() needs authorize(request); say public: true where everybody may read and write everything',
    );
  }
  const handler = new Handler(options, limits, live);
  return (request) => handler.answer(request);
}

class Handler {
  readonly #crr: Crr;
  readonly #internals: CrrInternals;
  readonly #renderer: Renderer;
  readonly #schema: string;
  readonly #seen = { version: 0, at: 0 };
  #streams = 0;

  constructor(
    readonly options: SyncHandlerOptions,
    readonly limits: Required<SyncLimits>,
    readonly live: LiveStreamOptions,
  ) {
    this.#crr = options.db.$crr;
    this.#internals = internalsOf(this.#crr);
    this.#renderer = (options.db as unknown as { dialect: Renderer }).dialect;
    this.#schema = schemaFingerprint(this.#internals.schema);
  }

  async answer(request: Request): Promise<Response> {
    try {
      if (request.method !== 'POST' && request.method !== 'GET') {
        const headers = { allow: 'GET, POST' };
        throw new RefusedRequest(
          'CRR_SYNC_METHOD',
          `sync takes POST and GET, not ${request.method}`,
          405,
          {},
          headers,
        );
      }
      const authorization = await this.#authorize(request);
      if (authorization instanceof Response) return authorization;
      if (request.method === 'GET') return this.#listen(request);
      return await this.#exchange(request, authorization);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== undefined) return errorResponse(refusal);
      this.options.onError?.(error);
      // The cause may hold SQL or values: it is for this side's log only.
      return errorResponse(new CrrSyncError('CRR_SYNC_SERVER', 'the sync server failed', 500));
    }
  }

  async #authorize(request: Request): Promise<Authorization | Response> {
    if (this.options.authorize === undefined) return { forward: true };
    const authorization = await this.options.authorize(request);
    if (authorization) return authorization;
    throw new CrrSyncError('CRR_SYNC_UNAUTHORIZED', 'the server does not know you', 401);
  }

  #listen(request: Request): Response {
    if (!request.headers.get('accept')?.includes(EVENT_STREAM_TYPE)) {
      const message = `a GET gives ${EVENT_STREAM_TYPE}, which its accept header must name`;
      throw new CrrSyncError('CRR_SYNC_MEDIA_TYPE', message, 406);
    }
    if (this.#streams >= this.limits.maxStreams) {
      throw new RefusedRequest(
        'CRR_SYNC_BUSY',
        `${this.#streams} live streams are open, and no more are allowed: poll meanwhile`,
        503,
        {},
        { 'retry-after': '30' },
      );
    }
    this.#streams++;
    const onClose = () => {
      this.#streams--;
    };
    const readVersion = () => this.#crr.version();
    return liveStream(readVersion, this.#seen, this.live, request.signal, onClose);
  }

  async #exchange(request: Request, authorization: Authorization): Promise<Response> {
    const message = await this.#read(request);
    const { push, pull, site } = message;
    const access = new Access(
      authorization,
      this.#internals.schema,
      this.#renderer,
      message.tables,
    );
    const sites = sitesOf(push?.changes ?? []).set(bytesToHex(site), site);
    const [state, peers] = await Promise.all([
      this.#crr.transport.state(),
      this.#crr.transport.peers([...sites.values()]),
    ]);
    checkSites(message, state.siteId, peers, access, this.#internals.schema);
    let pushed: Pushed | undefined;
    let prior: number | undefined;
    if (push !== undefined) {
      refuseVersionJumps(
        push.changes,
        this.#internals.schema,
        state.version,
        this.limits.maxVersionJump,
      );
      const result = await this.#merge(message, this.#spoken(message, access), access);
      const { stamp = 0, cellsWon, cellsIgnored, pending } = result;
      pushed = { stamp, cellsWon, cellsIgnored, pending };
      prior = result.prior;
    }
    const version = Math.max(state.version, pushed?.stamp ?? 0);
    const pulled =
      pull &&
      (upToDate(pull, access, prior, pushed) ??
        (await this.#pull(site, pull, access, version, pushed)));
    return this.#respond(request, {
      site: state.siteId,
      schema: this.#schema,
      version: typeof pulled?.cursor === 'number' ? pulled.cursor : version,
      pushed,
      pulled,
    });
  }

  async #read(request: Request): Promise<SyncRequest> {
    const { maxBodyBytes, maxMessageBytes, maxChanges, bodyTimeoutMs } = this.limits;
    const type = request.headers.get('content-type')?.split(';')[0]?.trim();
    if (type !== BINARY_TYPE && type !== JSON_TYPE) {
      throw new CrrSyncError(
        'CRR_SYNC_MEDIA_TYPE',
        `a sync request is ${BINARY_TYPE} or ${JSON_TYPE}`,
        415,
      );
    }
    const body = await readBody(request, maxBodyBytes, bodyTimeoutMs);
    if (type === JSON_TYPE) return requestFromJson(new TextDecoder().decode(body), maxChanges);
    return decodeRequest(await unseal(body, maxMessageBytes), maxChanges);
  }

  async #merge(
    { site, push, pull, tables }: SyncRequest,
    changes: readonly Change[],
    access: Access,
  ): Promise<MergeResult> {
    const { connection, schema } = this.#internals;
    const rule = new RowRule(changes, access.writeWhere, schema, connection.maxParameters);
    const merging = this.#crr.transport.merge(changes, {
      refuseIf: rule.queries,
      peer: {
        siteId: site,
        tag: tagOf(tables),
        received: { cursor: push!.through, skip: [] },
        ...(pull && { sent: { cursor: pull.cursor, skip: pull.skip } }),
        owner: access.owner === '' ? null : access.owner,
        onlyForward: true,
      },
    });
    const result = await merging.catch(async (error: unknown) => {
      const isRule = error instanceof CrrChangeError && error.code === 'CRR_CHANGE_ROW_REFUSED';
      throw isRule ? await this.#refusedRows(rule, access) : error;
    });
    if ((result.stamp ?? 0) > this.#seen.version) this.#seen.version = result.stamp!;
    return result;
  }

  /** The pushed changes that are to be applied, and what they say of marks by others than the owner. */
  #spoken({ site, push }: SyncRequest, access: Access): readonly Change[] {
    const changes = access.writable(push!.changes);
    if (access.authorization.forward) return changes;
    return witnessMarks(changes, site, this.#internals.schema);
  }

  /** Names the rows that were outside already: a client then goes on without them. */
  async #refusedRows({ rows, queries }: RowRule, access: Access): Promise<CrrSyncError> {
    const found = await this.#internals.connection.batch(queries, 'read');
    const outside = found.flat().map((row) => rows[Number(row[0])]!);
    return new RefusedRequest(
      'CRR_SYNC_FORBIDDEN',
      outside.length > 0
        ? `${outside.length} of the rows may not be written by this client`
        : 'some of the rows would be none that this client may write',
      403,
      {
        rows: outside.map(({ table, pk }) => {
          const drop = access.hidesWhatIsNotWritten(table) && access.tellsLeaving(table);
          return { table, pk: bytesToHex(pk), drop };
        }),
      },
    );
  }

  async #pull(
    site: Uint8Array,
    pull: Pull,
    access: Access,
    version: number,
    pushed: Pushed | undefined,
  ): Promise<Pulled> {
    const asked = typeof pull.cursor === 'number' ? pull.cursor : pull.cursor.since;
    if (asked > version) {
      throw new CrrSyncError(
        'CRR_SYNC_CURSOR_AHEAD',
        'the cursor is newer than this database, which was restored from a backup, it seems: start from 0, and give it a new identity with $crr.rotateSiteId()',
        409,
      );
    }
    const restarted = pull.filter !== access.filter && pull.cursor !== 0;
    const since = restarted ? 0 : pull.cursor;
    const isFirst = restarted || asked === 0;
    const skip = restarted ? [] : [...pull.skip, pushed?.stamp ?? 0];
    const chunk = await readChunk(
      this.#crr,
      {
        since,
        skip,
        tables: access.readable,
        where: access.where,
        // A client that starts anew may lack even what it wrote itself.
        ...(isFirst ? {} : { excludeSite: site }),
      },
      Math.min(pull.maxBytes, this.limits.chunkBytes),
      this.limits.maxChanges,
    );
    return {
      changes: chunk.changes,
      hidden: chunk.hidden.filter(({ table }) => access.tellsLeaving(table)),
      cursor: chunk.cursor,
      filter: access.filter,
      more: chunk.more,
      restarted,
      // Rows that were dropped over there come back with what the client itself once wrote.
      ownReturn: isFirst || Object.keys(access.where).length > 0,
    };
  }

  async #respond(request: Request, response: SyncResponse): Promise<Response> {
    const accept = request.headers.get('accept') ?? '';
    const asJson = accept.includes(JSON_TYPE) && !accept.includes(BINARY_TYPE);
    const body = asJson ? responseToJson(response) : await seal(encodeResponse(response));
    const type = asJson ? JSON_TYPE : BINARY_TYPE;
    return new Response(body, { headers: { 'content-type': type, 'cache-control': 'no-store' } });
  }
}

/** A client that had everything before its own push has everything after it: nothing needs to be read. */
function upToDate(
  pull: Pull,
  access: Access,
  prior: number | undefined,
  pushed: Pushed | undefined,
): Pulled | undefined {
  const hasAll = pull.cursor === prior && pull.filter === access.filter;
  if (!hasAll || pushed === undefined || pushed.stamp === 0) return undefined;
  // Under a row filter its own write may have made a row visible that it holds in part.
  if (Object.keys(access.where).length > 0) return undefined;
  return {
    changes: [],
    hidden: [],
    cursor: pushed.stamp,
    filter: access.filter,
    more: false,
    restarted: false,
    ownReturn: false,
  };
}

/** Who may speak for which site. */
function checkSites(
  { site, to, push }: SyncRequest,
  own: Uint8Array,
  peers: readonly Peer[],
  access: Access,
  schema: CrrSchema,
): void {
  if (compareBytes(site, own) === 0) {
    throw new CrrSyncError(
      'CRR_SYNC_SAME_SITE',
      'client and server have the same site id, so one is a copy of the other: give one an identity of its own with $crr.rotateSiteId()',
      409,
    );
  }
  if (to !== undefined && compareBytes(to, own) !== 0) throw otherSite(own);
  const taken = new Set(
    peers
      .filter(({ owner }) => owner !== null && owner !== access.owner)
      .map(({ siteId }) => bytesToHex(siteId)),
  );
  if (taken.has(bytesToHex(site))) {
    throw new CrrSyncError(
      'CRR_SYNC_SITE_TAKEN',
      "this site id belongs to somebody else; where the database is a copy of another's, give it an identity of its own with $crr.rotateSiteId()",
      403,
    );
  }
  if (access.authorization.forward) return;
  // A mark on a register's value is the word of whoever overwrote it, not of its writer.
  const spoken = push?.changes.filter((change) => !isMark(change, schema)) ?? [];
  const foreign = [...sitesOf(spoken).keys()].filter((id) => taken.has(id));
  if (foreign.length > 0) {
    throw new RefusedRequest(
      'CRR_SYNC_FOREIGN_CHANGES',
      `${foreign.length} sites that made some of the changes belong to somebody else: only who may forward can push them`,
      403,
      { sites: foreign, site: bytesToHex(own) },
    );
  }
}

import { CrrSyncError, CrrUsageError } from '../../errors.js';
import { type EmitEvent, eventEmitter, stopwatch } from '../../live/events.js';
import { errorReporter } from '../../live/report-error.js';
import { WITH_PRESENCE } from '../presence-protocol.js';
import { EVENT_STREAM_TYPE, LIMITS } from '../protocol.js';
import { siteOf } from '../site.js';
import { encodeError } from '../wire/error-body.js';
import { parseSnapshotUrl } from '../wire/snapshot-chunk.js';
import { SyncRefusal } from '../wire/sync-refusal.js';
import { withDefaults } from '../with-defaults.js';
import { type Authorization, presenceRoomOf } from './authorization.js';
import { corsOf } from './cors.js';
import { ExchangeEndpoint } from './exchange.js';
import { LiveStreams } from './live-streams.js';
import { checkOptions, LIVE, type SyncHandlerOptions } from './options.js';
import { Presence, PresenceView } from './presence.js';
import { answerPresence } from './presence-request.js';
import { refusalOf } from './refusals.js';
import { RequestCounts } from './request-counts.js';
import { Snapshots } from './snapshots.js';

/** Answers a sync request. It keeps no state that another handler of the same database would need, except for presence. */
export type SyncHandler = (request: Request) => Promise<Response>;

/**
 * Creates the server side of sync: a function from Request to Response, for Workers, Deno and Bun, or
 * for Node with an adapter such as @hono/node-server. A client can also use it as its `fetch`.
 *
 * @throws {CrrUsageError} if an option is misspelt, or if there is no `authorize` although `public`
 * is not true.
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
  checkOptions(options);
  const site = siteOf(options.db);
  const cors = corsOf(options.cors);
  const limits = withDefaults(LIMITS, options.limits);
  const onError = errorReporter(options.onError);
  const emit = eventEmitter(options.onEvent, onError);
  const snapshots = options.snapshots ? new Snapshots(site, limits) : undefined;
  const onRestored = (restored: CrrSyncError) => {
    emit?.({ type: 'handler-recovery', code: restored.code });
    onError(restored);
  };
  const exchange = new ExchangeEndpoint(site, limits, onRestored, snapshots);
  const streams = new LiveStreams({
    watch: site.watch,
    maxStreams: limits.maxStreams,
    maxStreamsPerOwner: limits.maxStreamsPerOwner,
    onError,
    ...withDefaults(LIVE, options.live),
  });
  const presence = new Presence({
    maxPresence: limits.maxPresence,
    maxPresencePerOwner: limits.maxPresencePerOwner,
    onChange: (room) => streams.wakeRoom(room),
  });
  const { bodyTimeoutMs } = limits;
  const answer = async (request: Request, counts?: RequestCounts): Promise<Response> => {
    requireMethod(request);
    const authorization = await authorize(request, options);
    if (authorization instanceof Response) return authorization;
    if (request.method === 'POST') return exchange.answer(request, authorization, counts);
    if (request.method === 'PUT') {
      return answerPresence(request, { presence, authorization, bodyTimeoutMs });
    }
    const chunk = snapshots && parseSnapshotUrl(request.url);
    if (chunk) return snapshots.answer(request, chunk, authorization, counts);
    requireEventStream(request);
    const room = wantsPresence(request) ? presenceRoomOf(authorization) : undefined;
    return streams.open(request.signal, {
      owner: authorization.id || undefined,
      view: room === undefined ? undefined : new PresenceView(presence, room),
    });
  };
  const errorFor = (error: unknown): CrrSyncError => {
    const refusal = refusalOf(error);
    if (refusal !== undefined) return refusal;
    onError(error);
    // The error may contain SQL or values of rows, which the client must not get.
    return new CrrSyncError(
      'CRR_SYNC_SERVER',
      'the sync server failed: onError of createSyncHandler() has the reason, or its console',
      500,
    );
  };
  const answerQuietly = (request: Request) =>
    answer(request).catch((error: unknown) => encodeError(errorFor(error)));
  const answerWithEvent = async (request: Request, emit: NonNullable<EmitEvent>) => {
    const elapsed = stopwatch();
    const counts = new RequestCounts();
    let code: string | undefined;
    const response = await answer(request, counts).catch((error: unknown) => {
      const shown = errorFor(error);
      code = shown.code;
      return encodeError(shown);
    });
    const { status } = response;
    emit(counts.event(request.method, { status, code, durationMs: elapsed() }));
    return response;
  };
  return async (request) => {
    requireRequest(request);
    return cors(request, () =>
      emit === undefined ? answerQuietly(request) : answerWithEvent(request, emit),
    );
  };
}

/** A framework's request would fail at its first header, for every client and without a word of what to do. */
function requireRequest(request: Request): void {
  if (typeof request?.headers?.get === 'function') return;
  throw new CrrUsageError(
    'CRR_USAGE_OPTION',
    'the handler of createSyncHandler() takes a Request of the Fetch standard, and returns a Response: a server of node:http needs an adapter, such as getRequestListener() of @hono/node-server',
  );
}

function requireMethod({ method }: Request): void {
  if (method === 'POST' || method === 'GET' || method === 'PUT') return;
  throw new SyncRefusal({
    code: 'CRR_SYNC_METHOD',
    message: `found the method ${method}, expected POST for an exchange, GET for the live stream or PUT for presence`,
    status: 405,
    headers: { allow: 'GET, POST, PUT' },
  });
}

function requireEventStream({ headers }: Request): void {
  if (headers.get('accept')?.includes(EVENT_STREAM_TYPE)) return;
  throw new SyncRefusal({
    code: 'CRR_SYNC_MEDIA_TYPE',
    message: `a GET must accept ${EVENT_STREAM_TYPE}: name it in the accept header`,
    status: 406,
  });
}

/** Streams of clients that want only versions have only versions. */
const wantsPresence = ({ headers }: Request) =>
  headers.get('accept')?.includes(WITH_PRESENCE) ?? false;

/** Where everybody may do everything, everybody sees everybody. */
const EVERYTHING: Authorization = { forward: true, presence: 'everybody' };

async function authorize(
  request: Request,
  options: SyncHandlerOptions,
): Promise<Authorization | Response> {
  if (options.authorize === undefined) return EVERYTHING;
  const authorization = await options.authorize(request);
  if (authorization) return authorization;
  throw new SyncRefusal({
    code: 'CRR_SYNC_UNAUTHORIZED',
    message: 'authentication failed: check the credentials that the client sends',
    status: 401,
  });
}

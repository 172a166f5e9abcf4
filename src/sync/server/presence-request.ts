import { CrrSyncError } from '../../errors.js';
import { sha256 } from '../fingerprint.js';
import { PRESENCE, type PresenceMessage } from '../presence-protocol.js';
import { expected, type JsonForm, object } from '../wire/json-form.js';
import { malformed } from '../wire/message-errors.js';
import { type Authorization, presenceRoomOf } from './authorization.js';
import type { Presence } from './presence.js';
import { readBody } from './request-body.js';

/** What a request contains besides the state. */
const OVERHEAD_BYTES = 256;
/** Digits of an id, in hex. */
const ID_LENGTH = 24;

export interface PresenceRequestOptions {
  readonly presence: Presence;
  readonly authorization: Authorization;
  readonly bodyTimeoutMs: number;
}

/**
 * Answers a PUT. A client is known to the others by a hash of its secret name, together with its owner. So whoever sees
 * it cannot send in its place.
 *
 * @throws {CrrSyncError} if the request is refused.
 */
export async function answerPresence(
  request: Request,
  { presence, authorization, bodyTimeoutMs }: PresenceRequestOptions,
): Promise<Response> {
  const room = presenceRoomOf(authorization);
  if (room === undefined) {
    throw new CrrSyncError(
      'CRR_SYNC_NO_PRESENCE',
      'this client has no presence: authorize(request) must return presence, the name of its room',
      403,
    );
  }
  requireJson(request);
  const body = await readBody(request, {
    maxBodyBytes: PRESENCE.maxStateBytes + OVERHEAD_BYTES,
    bodyTimeoutMs,
    tooLarge: stateTooLarge,
  });
  const { client, state } = messageForm.decode(parse(body), '');
  const owner = authorization.id || undefined;
  const id = (await sha256(JSON.stringify([owner ?? null, client]))).slice(0, ID_LENGTH);
  presence.update({ id, room, owner, state: state === null ? undefined : encodeState(state) });
  return Response.json({ id }, { headers: { 'cache-control': 'no-store' } });
}

function requireJson({ headers }: Request): void {
  const type = headers.get('content-type') ?? '';
  if (/^application\/json\b/i.test(type)) return;
  throw new CrrSyncError(
    'CRR_SYNC_MEDIA_TYPE',
    `found the content-type ${JSON.stringify(type.slice(0, 100))}, expected application/json for presence`,
    415,
  );
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw malformed('it is not JSON');
  }
}

function encodeState(state: unknown): string {
  const json = JSON.stringify(state);
  if (new TextEncoder().encode(json).length > PRESENCE.maxStateBytes) throw stateTooLarge();
  return json;
}

const clientName: JsonForm<string> = {
  encode: (name) => name,
  decode: (json, path) =>
    typeof json === 'string' && /^[\w-]{16,64}$/.test(json)
      ? json
      : expected('16 to 64 letters and digits', path),
};

const anyJson: JsonForm<unknown> = {
  encode: () => undefined,
  decode: (json, path) => (json === undefined ? expected('JSON, or null', path) : json),
};

const messageForm = object<PresenceMessage>({ client: clientName, state: anyJson });

const stateTooLarge = () =>
  new CrrSyncError(
    'CRR_SYNC_TOO_LARGE',
    `a presence has more than ${PRESENCE.maxStateBytes} bytes of JSON: send less`,
    413,
  );

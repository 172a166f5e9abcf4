/*
 * Writing and reading a live stream, which consists of events like this:
 *
 *     event: version
 *     data: {"version":42}
 *
 *     event: presence
 *     data: {"all":true,"set":[{"id":"5e0c","state":{"name":"Ann"}}],"gone":[]}
 */

/** Somebody who is present. */
export interface PresentPeer<State = unknown> {
  readonly id: string;
  readonly state: State;
}

/** Who has come, has changed or has gone. */
export interface PresenceChange {
  /** Whether everybody who was there before and is not named has gone: at the beginning of a stream. */
  readonly all: boolean;
  readonly set: readonly PresentPeer[];
  readonly gone: readonly string[];
}

export type LiveEvent =
  | { readonly type: 'version'; readonly version: number }
  | { readonly type: 'presence'; readonly change: PresenceChange };

/** A comment line is sent if there was no event for this long. */
export const KEEP_ALIVE_MS = 15_000;

/** An event is sent when it has become this long, in characters. */
export const PRESENCE_EVENT_LENGTH = 2 ** 16;

/** No event is this long. Anything longer is not a live stream, and must not fill the memory. */
const MAX_EVENT_LENGTH = 4 * PRESENCE_EVENT_LENGTH;

const encoder = new TextEncoder();

export function encodeVersion(version: number): Uint8Array {
  return encoder.encode(`event: version\ndata: ${JSON.stringify({ version })}\n\n`);
}

/** @param set the JSON of each peer. */
export function encodePresence(
  all: boolean,
  set: readonly string[],
  gone: readonly string[],
): Uint8Array {
  const data = `{"all":${all},"set":[${set.join()}],"gone":${JSON.stringify(gone)}}`;
  return encoder.encode(`event: presence\ndata: ${data}\n\n`);
}

export function encodeKeepAlive(): Uint8Array {
  return encoder.encode(': keep-alive\n\n');
}

export interface ReadEventsOptions {
  readonly signal: AbortSignal;
  /** Called when anything arrives, even a comment line: the connection works. */
  readonly onArrival?: () => void;
}

/** The events that arrive on a live stream. If several versions arrive at once, only the greatest. */
export async function* readEvents(
  stream: ReadableStream<Uint8Array>,
  { signal, onArrival = () => {} }: ReadEventsOptions,
): AsyncGenerator<LiveEvent, void, undefined> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const cancel = () => {
    reader.cancel().catch(() => {});
  };
  signal.addEventListener('abort', cancel, { once: true });
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return;
      onArrival();
      text += decoder.decode(value, { stream: true });
      const parts = text.split('\n\n');
      text = parts.pop()!;
      const events = parts.flatMap((part) => decodeEvent(part) ?? []);
      const versions = events.flatMap((event) => (event.type === 'version' ? event.version : []));
      if (versions.length > 0) yield { type: 'version', version: Math.max(...versions) };
      yield* events.filter(({ type }) => type === 'presence');
      if (text.length > MAX_EVENT_LENGTH) return;
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

/** The event in a part of the stream; undefined for anything else, such as a comment line. */
function decodeEvent(part: string): LiveEvent | undefined {
  // Not by a regular expression: for it, U+2028 ends a line, too, and JSON may contain it.
  const data = part.split('\n').find((line) => line.startsWith('data:'));
  if (data === undefined) return undefined;
  try {
    const { version, ...rest } = JSON.parse(data.slice('data:'.length)) as {
      readonly version?: unknown;
    };
    if (Number.isSafeInteger(version)) return { type: 'version', version: version as number };
    return isPresence(rest) ? { type: 'presence', change: rest } : undefined;
  } catch {
    return undefined;
  }
}

function isPresence(data: unknown): data is PresenceChange {
  const { all, set, gone } = data as Partial<Record<keyof PresenceChange, unknown>>;
  return (
    typeof all === 'boolean' &&
    Array.isArray(set) &&
    set.every((peer) => typeof peer?.id === 'string' && peer.state !== undefined) &&
    Array.isArray(gone) &&
    gone.every((id) => typeof id === 'string')
  );
}

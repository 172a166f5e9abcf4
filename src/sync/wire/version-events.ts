/*
 * Writing and reading a live stream, which consists of events like this:
 *
 *     event: version
 *     data: {"version":42}
 */

/** A comment line is sent if there was no event for this long. */
export const KEEP_ALIVE_MS = 15_000;

/** No event is this long. Anything longer is not a live stream, and must not fill the memory. */
const MAX_EVENT_LENGTH = 4_096;

const encoder = new TextEncoder();

export function encodeVersion(version: number): Uint8Array {
  return encoder.encode(`event: version\ndata: ${JSON.stringify({ version })}\n\n`);
}

export function encodeKeepAlive(): Uint8Array {
  return encoder.encode(': keep-alive\n\n');
}

export interface ReadVersionsOptions {
  readonly signal: AbortSignal;
  /** Called when anything arrives, even a comment line: the connection works. */
  readonly onArrival?: () => void;
}

/** The db_versions that arrive on a live stream. If several arrive at once, only the greatest. */
export async function* readVersions(
  stream: ReadableStream<Uint8Array>,
  { signal, onArrival = () => {} }: ReadVersionsOptions,
): AsyncGenerator<number, void, undefined> {
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
      const events = text.split('\n\n');
      text = events.pop()!;
      const versions = events.flatMap((event) => decodeVersion(event) ?? []);
      if (versions.length > 0) yield Math.max(...versions);
      if (text.length > MAX_EVENT_LENGTH) return;
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

/** The version in an event; undefined for anything else, such as a comment line. */
function decodeVersion(event: string): number | undefined {
  const data = /^data: ?(.*)$/m.exec(event)?.[1];
  if (data === undefined) return undefined;
  try {
    const { version } = JSON.parse(data) as { version?: unknown };
    return Number.isSafeInteger(version) ? (version as number) : undefined;
  } catch {
    return undefined;
  }
}

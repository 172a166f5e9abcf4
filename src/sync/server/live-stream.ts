import { EVENT_STREAM_TYPE } from '../protocol.js';

export interface LiveStreamOptions {
  /** How often the database is asked for its db_version. */
  readonly pollMs: number;
  /** After this long the stream ends and the client comes again, with a fresh authorization. */
  readonly lifetimeMs: number;
}

/** The db_version as the handler last saw it: one look serves all streams. */
export interface SeenVersion {
  version: number;
  at: number;
}

const KEEP_ALIVE_MS = 15_000;

/**
 * An event stream that tells when the db_version rises. It is pulled: nothing is made for a reader
 * that does not read, so a slow one costs no memory and gets the newest version when it looks again.
 */
export function liveStream(
  readVersion: () => Promise<number>,
  seen: SeenVersion,
  options: LiveStreamOptions,
  signal: AbortSignal,
  onClose: () => void,
): Response {
  const encoder = new TextEncoder();
  const start = Date.now();
  let told = -1;
  let lastWrite = start;
  let closed = false;
  const close = () => {
    if (closed) return;
    closed = true;
    onClose();
  };
  signal.addEventListener('abort', close, { once: true });
  const look = async () => {
    if (Date.now() - seen.at >= options.pollMs) {
      seen.at = Date.now();
      seen.version = await readVersion();
    }
    return seen.version;
  };
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          while (!closed) {
            const now = Date.now();
            if (now - start >= options.lifetimeMs) break;
            const version = await look();
            if (version > told) {
              told = version;
              lastWrite = now;
              controller.enqueue(
                encoder.encode(`event: version\ndata: ${JSON.stringify({ version })}\n\n`),
              );
              return;
            }
            if (now - lastWrite >= KEEP_ALIVE_MS) {
              lastWrite = now;
              controller.enqueue(encoder.encode(': still here\n\n'));
              return;
            }
            await new Promise((resolve) => setTimeout(resolve, options.pollMs));
          }
          close();
          controller.close();
        } catch (error) {
          close();
          controller.error(error);
        }
      },
      cancel: close,
    },
    // Nothing is read ahead of what the client takes.
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: { 'content-type': EVENT_STREAM_TYPE, 'cache-control': 'no-store' },
  });
}

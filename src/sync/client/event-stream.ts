/** The db_versions that a live stream tells, as they come; `onHeard` is told of whatever comes. */
export async function* readVersions(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  onHeard: () => void = () => {},
): AsyncGenerator<number, void, undefined> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const stop = () => {
    reader.cancel().catch(() => {});
  };
  signal.addEventListener('abort', stop, { once: true });
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return;
      onHeard();
      text += decoder.decode(value, { stream: true });
      const events = text.split('\n\n');
      text = events.pop()!;
      // Many events that came at once are one piece of news: the newest.
      const versions = events.flatMap((event) => versionOf(event) ?? []);
      if (versions.length > 0) yield Math.max(...versions);
      // No event is this long: whatever it is, it must not fill the memory.
      if (text.length > MAX_EVENT) return;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

const MAX_EVENT = 4_096;

function versionOf(event: string): number | undefined {
  const data = /^data: ?(.*)$/m.exec(event)?.[1];
  if (data === undefined) return undefined;
  try {
    const { version } = JSON.parse(data) as { version?: unknown };
    return Number.isSafeInteger(version) ? (version as number) : undefined;
  } catch {
    return undefined;
  }
}

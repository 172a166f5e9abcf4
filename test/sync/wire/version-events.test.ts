import { expect, test } from 'vitest';
import { readVersions } from '../../../src/sync/wire/version-events.js';

test('events may come in any pieces', async () => {
  const text =
    'event: version\ndata: {"version":3}\n\n: still here\n\ndata: nonsense\n\ndata: {"version":9}\n\n';
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of new TextEncoder().encode(text)) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const versions: number[] = [];
  for await (const version of readVersions(stream, { signal: new AbortController().signal })) {
    versions.push(version);
  }
  expect(versions).toEqual([3, 9]);
});

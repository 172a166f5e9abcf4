import { expect, test } from 'vitest';
import {
  encodeKeepAlive,
  encodePresence,
  encodeVersion,
  type LiveEvent,
  readEvents,
} from '../../../src/sync/wire/live-events.js';
import { Random, seedFromEnv } from '../../support/random.js';

const encoder = new TextEncoder();

async function read(pieces: readonly Uint8Array[]): Promise<LiveEvent[]> {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const events: LiveEvent[] = [];
  const { signal } = new AbortController();
  for await (const event of readEvents(stream, { signal })) events.push(event);
  return events;
}

/** The bytes in pieces of random sizes. */
function inPieces(bytes: Uint8Array, random: Random): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + random.int(12);
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}

test('events may come in any pieces', async () => {
  const text =
    'event: version\ndata: {"version":3}\n\n: still here\n\ndata: nonsense\n\ndata: {"version":9}\n\n';
  const bytes = Array.from(encoder.encode(text), (byte) => Uint8Array.of(byte));
  expect(await read(bytes)).toEqual([
    { type: 'version', version: 3 },
    { type: 'version', version: 9 },
  ]);
});

test('of versions that arrive at once, only the greatest counts, and presence is kept', async () => {
  const set = ['{"id":"a","state":1}'];
  const all = [encodeVersion(4), encodePresence(true, set, []), encodeVersion(5)];
  expect(await read([Uint8Array.from(all.flatMap((event) => [...event]))])).toEqual([
    { type: 'version', version: 5 },
    { type: 'presence', change: { all: true, set: [{ id: 'a', state: 1 }], gone: [] } },
  ]);
});

test('states of any text arrive as they were sent', async () => {
  const seed = seedFromEnv();
  const random = new Random(seed);
  const letters = ['a', '"', '\\', '\n', '\r', '\u2028', '\u2029', '\0', '🙂', 'é', '\ud800', ':'];
  for (let round = 0; round < 80; round++) {
    const text = Array.from({ length: random.int(30) }, () => random.pick(letters)).join('');
    const state = { text, [text]: [text, null, 1.5] };
    const event = encodePresence(false, [JSON.stringify({ id: text, state })], [text]);
    const events = await read(inPieces(event, random));
    expect(events, `seed ${seed}, round ${round}`).toEqual([
      { type: 'presence', change: { all: false, set: [{ id: text, state }], gone: [text] } },
    ]);
  }
});

test.each([
  '{"all":true}',
  '{"all":1,"set":[],"gone":[]}',
  '{"all":true,"set":[null],"gone":[]}',
  '{"all":true,"set":[{"id":1,"state":1}],"gone":[]}',
  '{"all":true,"set":[{"id":"a"}],"gone":[]}',
  '{"all":true,"set":[],"gone":[1]}',
  '{"all":true,"set":{},"gone":[]}',
  'null',
  '[]',
  '{"version":"1"}',
  '{"version":1e99}',
])('%s is ignored', async (data) => {
  expect(await read([encoder.encode(`data: ${data}\n\n`), encodeVersion(1)])).toEqual([
    { type: 'version', version: 1 },
  ]);
});

test('a stream without the end of an event does not fill the memory', async () => {
  const endless = Array.from({ length: 400 }, () => encoder.encode('x'.repeat(1_000)));
  expect(await read([...endless, encodeKeepAlive(), encodeVersion(1)])).toEqual([]);
});

/** Updates that Loro cannot have made, and marks. */
import { expect, test, vi } from 'vitest';
import { loroText } from '../../src/loro/index.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';

const codec = loroText();

/** Where the checksum of an update is, and what it is of. */
const CHECKSUM_AT = 16;
const SUMMED_FROM = 20;

/** xxHash32, with which Loro sums its updates. */
function xxHash32(bytes: Uint8Array, seed: number): number {
  const [p1, p2, p3, p4, p5] = [2654435761, 2246822519, 3266489917, 668265263, 374761393];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const turn = (value: number, by: number) => (value << by) | (value >>> (32 - by));
  const round = (sum: number, at: number) =>
    Math.imul(turn((sum + Math.imul(view.getUint32(at, true), p2)) | 0, 13), p1);
  let at = 0;
  let sum = (seed + p5) | 0;
  if (bytes.length >= 16) {
    let parts = [seed + p1 + p2, seed + p2, seed, seed - p1].map((part) => part | 0);
    for (; at + 16 <= bytes.length; at += 16) {
      parts = parts.map((part, i) => round(part, at + 4 * i));
    }
    sum = parts.reduce((all, part, i) => (all + turn(part, [1, 7, 12, 18][i]!)) | 0, 0);
  }
  sum = (sum + bytes.length) | 0;
  for (; at + 4 <= bytes.length; at += 4) {
    sum = Math.imul(turn((sum + Math.imul(view.getUint32(at, true), p3)) | 0, 17), p4);
  }
  for (; at < bytes.length; at++)
    sum = Math.imul(turn((sum + Math.imul(bytes[at]!, p5)) | 0, 11), p1);
  for (const [by, factor] of [
    [15, p2],
    [13, p3],
    [16, 1],
  ] as const)
    sum = Math.imul(sum ^ (sum >>> by), factor);
  return sum >>> 0;
}

function withChecksum(update: Uint8Array): Uint8Array {
  const sum = xxHash32(update.subarray(SUMMED_FROM), 0x4f524f4c);
  new DataView(update.buffer).setUint32(CHECKSUM_AT, sum, true);
  return update;
}

test('damaged updates are none, and with a checksum that is right they stop nothing', () => {
  // Loro reports each panic of its own.
  const reported = vi.spyOn(console, 'error').mockImplementation(() => {});
  const random = new Random(hash('damaged updates of Loro', seedFromEnv()));
  const inputs = 2 * numberFromEnv('CRR_HISTORIES', 200);
  const state = codec.seed('hello world', 3);
  const document = codec.open([state], 4);
  const { text } = document.editor;
  text.insert(4, 'xyz');
  text.mark({ start: 0, end: 6 }, 'link', 'a');
  text.delete(0, 2);
  const update = document.takeUpdate()!;
  expect(withChecksum(update.slice())).toEqual(update);
  let sound = 0;
  for (let i = 0; i < inputs; i++) {
    const damaged = update.slice();
    for (let n = random.int(3); n >= 0; n--) {
      const at = SUMMED_FROM + random.int(update.length - SUMMED_FROM);
      damaged[at] = (damaged[at]! + 1 + random.int(255)) % 256;
    }
    expect(codec.isUpdate(damaged.slice())).toBe(false);
    if (!codec.isUpdate(withChecksum(damaged))) continue;
    sound++;
    const open = codec.open([state, damaged], 5);
    open.replace([{ at: 0, remove: 0, insert: 'q' }]);
    const compact = open.compact([open.takeUpdate()!]);
    expect(codec.isUpdate(compact)).toBe(true);
    expect(codec.open([state, damaged, compact], 6).text()).toBe(open.text());
    expect(open.text()).toMatch(/^q/);
  }
  expect(sound).toBeGreaterThan(inputs / 20);
  reported.mockRestore();
});

test('a snapshot of Loro, which may lack its past, is no update', () => {
  const { doc, text } = codec.open([codec.seed('hello', 3)], 4).editor;
  text.insert(5, '!');
  expect(codec.isUpdate(doc.export({ mode: 'update' }))).toBe(true);
  expect(codec.isUpdate(doc.export({ mode: 'snapshot' }))).toBe(false);
  const frontiers = doc.frontiers();
  expect(codec.isUpdate(doc.export({ mode: 'shallow-snapshot', frontiers }))).toBe(false);
});

test('marks of two sites at once', () => {
  const [a, b] = [1, 2].map((client) => codec.open([codec.seed('The fox jumped.', 3)], client));
  a!.editor.text.mark({ start: 0, end: 7 }, 'bold', true);
  b!.editor.text.mark({ start: 4, end: 15 }, 'bold', true);
  const [ofA, ofB] = [a!.takeUpdate()!, b!.takeUpdate()!];
  a!.apply([ofB]);
  b!.apply([ofA]);
  // As in the Peritext paper, and unlike Yjs.
  const all = [{ insert: 'The fox jumped.', attributes: { bold: true } }];
  for (const document of [a!, b!]) expect(document.editor.text.toDelta()).toEqual(all);
});

test('updates whose past is missing make a document partial, until it comes', () => {
  const a = codec.open([codec.seed('one', 3)], 1);
  a.editor.text.insert(3, ' two');
  const first = a.takeUpdate()!;
  a.editor.text.insert(7, ' three');
  const second = a.takeUpdate()!;
  const b = codec.open([second], 2);
  expect([b.isPartial(), b.has(second), b.text()]).toEqual([true, false, '']);
  b.apply([codec.seed('one', 3)]);
  expect(b.isPartial()).toBe(true);
  b.apply([first]);
  expect([b.isPartial(), b.has(second), b.text()]).toEqual([false, true, 'one two three']);
});

/** Writes by SQL as edits. `CRR_SEED` repeats a run, `CRR_HISTORIES` makes more. */
import { expect, test } from 'vitest';
import type { TextEdit } from '../../src/documents/codec.js';
import { diffWords } from '../../src/documents/diff.js';
import { rebase } from '../../src/documents/rebase.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';

const WORDS = ['one', 'two', ' ', '  ', '.', '🦊', 'é', '\n', '\ud800'];
const textOf = (random: Random, most = 12) =>
  Array.from({ length: random.int(most) }, () => random.pick(WORDS)).join('');

/** @throws if edits are not ascending, overlap, or leave the text. */
function edited(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let from = 0;
  for (const { at, remove, insert } of edits) {
    expect(at).toBeGreaterThanOrEqual(from);
    expect(at + remove).toBeLessThanOrEqual(text.length);
    result += text.slice(from, at) + insert;
    from = at + remove;
  }
  return result + text.slice(from);
}

test('a difference makes one text of the other, and is put into a third one in order', () => {
  const random = new Random(hash('differences', seedFromEnv()));
  for (let i = 0; i < 10 * numberFromEnv('CRR_HISTORIES', 200); i++) {
    const [base, mine, theirs] = [textOf(random), textOf(random), textOf(random)] as const;
    const label = JSON.stringify([base, mine, theirs]);
    const mineEdits = diffWords(base, mine);
    expect(edited(base, mineEdits), label).toBe(mine);
    edited(theirs, rebase(mineEdits, base, theirs));
    expect(edited(base, rebase(mineEdits, base, base)), label).toBe(mine);
    expect(edited(theirs, rebase([], base, theirs)), label).toBe(theirs);
  }
});

/** Found by the simulator: two sites that each kept the blank and wrote the word anew had it twice. */
test('a word is kept rather than a blank', () => {
  expect(diffWords('w7x ', ' w7x')).toEqual([
    { at: 0, remove: 0, insert: ' ' },
    { at: 3, remove: 1, insert: '' },
  ]);
  expect(diffWords('w1 . w2', '. w3 w1')).toEqual([
    { at: 0, remove: 0, insert: '. w3 ' },
    { at: 2, remove: 5, insert: '' },
  ]);
});

test('a word that is removed takes the blank after it along, wherever it is', () => {
  expect(diffWords('a b c d e', 'a x c e')).toEqual([
    { at: 2, remove: 1, insert: 'x' },
    { at: 6, remove: 2, insert: '' },
  ]);
  expect(diffWords('a b c d e f', 'x b d e y')).toEqual([
    { at: 0, remove: 1, insert: 'x' },
    { at: 4, remove: 2, insert: '' },
    { at: 10, remove: 1, insert: 'y' },
  ]);
});

test('as many words are kept as can be', () => {
  const random = new Random(hash('kept words', seedFromEnv()));
  for (let i = 0; i < 10 * numberFromEnv('CRR_HISTORIES', 200); i++) {
    const [a, b] = [textOf(random), textOf(random)];
    const removed = diffWords(a, b).map(({ at, remove }) => a.slice(at, at + remove));
    const kept = wordsOf(a).length - removed.flatMap(wordsOf).length;
    expect(kept, JSON.stringify([a, b])).toBe(mostInCommon(wordsOf(a), wordsOf(b)));
  }
});

const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}_]+/gu) ?? [];

function mostInCommon([a, ...as]: string[], b: string[]): number {
  if (a === undefined) return 0;
  const at = b.indexOf(a);
  const without = mostInCommon(as, b);
  return at < 0 ? without : Math.max(without, 1 + mostInCommon(as, b.slice(at + 1)));
}

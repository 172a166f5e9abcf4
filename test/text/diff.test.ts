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

import type { TextEdit } from './codec.js';

/*
 * Differences of texts by words. A word is letters and digits; other characters, and ends of lines,
 * stand alone, so a difference begins and ends where a person would say that it does.
 */

const WORD = /[\p{L}\p{N}_]+|[^\S\n]+|[\s\S]/gu;

/** What is kept if not everything can be: a word that is written anew is there twice if others write it anew, too. */
const MOST_WORTH = [/[\p{L}\p{N}_]/u, /\S|\n/, /[\s\S]/] as const;

/** More differences than this, and what lies between the equal ends is replaced as a whole. */
const MAX_DIFFERENCES = 400;

/** What makes `after` of `before`, in ascending order. */
export function diffWords(before: string, after: string): TextEdit[] {
  const a = before.match(WORD) ?? [];
  const b = after.match(WORD) ?? [];
  const way = aligned(a, b, 0);
  slide(way, a, b);
  return joined(way, a, b);
}

type Step = 'keep' | 'remove' | 'insert';

/** The way from one list to another that keeps the most words, of these the one with the most other characters, and so on. */
function aligned(a: readonly string[], b: readonly string[], level: number): Step[] {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start] === b[start]) start++;
  let end = 0;
  while (end < most - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const between = alignedBy(level, a.slice(start, a.length - end), b.slice(start, b.length - end));
  return [...Array<Step>(start).fill('keep'), ...between, ...Array<Step>(end).fill('keep')];
}

/** Keeps as much as it can of what is worth most, and then of the rest between that. */
function alignedBy(level: number, a: readonly string[], b: readonly string[]): Step[] {
  const isWorth = MOST_WORTH[level];
  if (isWorth === undefined || a.length === 0 || b.length === 0) return replaced(a, b);
  const [places, others] = [placesOf(a, isWorth), placesOf(b, isWorth)];
  const found = steps(
    places.map((i) => a[i]!),
    others.map((j) => b[j]!),
  );
  if (found === undefined) return replaced(a, b);
  const way: Step[] = [];
  let [i, j] = [0, 0];
  let [m, n] = [0, 0];
  const goTo = (place: number, other: number) => {
    for (const step of aligned(a.slice(i, place), b.slice(j, other), level + 1)) way.push(step);
    [i, j] = [place + 1, other + 1];
  };
  for (const step of found) {
    if (step === 'keep') {
      goTo(places[m]!, others[n]!);
      way.push(step);
    }
    if (step !== 'insert') m++;
    if (step !== 'remove') n++;
  }
  goTo(a.length, b.length);
  return way;
}

/**
 * Moves what is only removed or only inserted as far to the end as it makes no difference: a word with the blank after it, always, and
 * not with the one before it, where somebody else may have put another word.
 */
function slide(way: Step[], a: readonly string[], b: readonly string[]): void {
  let [i, j] = [0, 0];
  for (let from = 0; from < way.length; ) {
    const step = way[from]!;
    let to = from + 1;
    while (to < way.length && way[to] === step) to++;
    const length = to - from;
    const isAlone = step !== 'keep' && (way[to] ?? 'keep') === 'keep' && isAfterKeep(way, from);
    const repeats = () => (step === 'remove' ? a[i] === a[i + length] : b[j] === b[j + length]);
    while (isAlone && way[to] === 'keep' && repeats()) {
      [way[from++], way[to++]] = ['keep', step];
      i++;
      j++;
    }
    if (step !== 'insert') i += length;
    if (step !== 'remove') j += length;
    from = to;
  }
}

const isAfterKeep = (way: readonly Step[], from: number) => from === 0 || way[from - 1] === 'keep';

const placesOf = (words: readonly string[], isWorth: RegExp): number[] =>
  words.flatMap((word, i) => (isWorth.test(word) ? [i] : []));

const replaced = (a: readonly string[], b: readonly string[]): Step[] => [
  ...a.map((): Step => 'remove'),
  ...b.map((): Step => 'insert'),
];

/**
 * The shortest way from one list to another (Myers, "An O(ND) difference algorithm", 1986); undefined if they have too little in
 * common.
 */
function steps(a: readonly string[], b: readonly string[]): Step[] | undefined {
  const traces: Map<number, number>[] = [];
  let reach = new Map([[1, 0]]);
  for (let d = 0; d <= Math.min(a.length + b.length, MAX_DIFFERENCES); d++) {
    traces.push(new Map(reach));
    const next = new Map(reach);
    for (let k = -d; k <= d; k += 2) {
      let x = goesDown(reach, k, d) ? reach.get(k + 1)! : reach.get(k - 1)! + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      next.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(traces, a.length, b.length);
    }
    reach = next;
  }
  return undefined;
}

const goesDown = (reach: ReadonlyMap<number, number>, k: number, d: number) =>
  k === -d || (k !== d && reach.get(k - 1)! < reach.get(k + 1)!);

function walkBack(traces: readonly ReadonlyMap<number, number>[], aEnd: number, bEnd: number) {
  const found: Step[] = [];
  let [x, y] = [aEnd, bEnd];
  for (let d = traces.length - 1; d >= 0; d--) {
    const reach = traces[d]!;
    const k = x - y;
    const before = goesDown(reach, k, d) ? k + 1 : k - 1;
    const fromX = reach.get(before) ?? 0;
    const fromY = fromX - before;
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      found.push('keep');
      x--;
      y--;
    }
    if (d === 0) break;
    found.push(x === fromX ? 'insert' : 'remove');
    [x, y] = [fromX, fromY];
  }
  return found.reverse();
}

function joined(found: readonly Step[], a: readonly string[], b: readonly string[]): TextEdit[] {
  const edits: { at: number; remove: number; insert: string }[] = [];
  let at = 0;
  let [i, j] = [0, 0];
  let isOpen = false;
  for (const step of found) {
    if (step === 'keep') {
      at += a[i++]!.length;
      j++;
      isOpen = false;
      continue;
    }
    if (!isOpen) edits.push({ at, remove: 0, insert: '' });
    isOpen = true;
    const edit = edits.at(-1)!;
    if (step === 'insert') edit.insert += b[j++]!;
    else {
      edit.remove += a[i]!.length;
      at += a[i++]!.length;
    }
  }
  return edits;
}

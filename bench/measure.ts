/**
 * Interleaved rounds. In each round every contender runs once on the same data, in rotated order, so
 * that other load on the machine affects all of them. A ratio is the median of the rounds' ratios.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** One run of one contender. Only `timed` is measured. */
export interface Run<T = unknown> {
  timed(): Promise<T> | T;
  /** Throws if the result is wrong. */
  check?(result: T): Promise<void> | void;
  close?(): Promise<void> | void;
}

export type Clock = 'wall' | 'cpu';

let clock: Clock = 'wall';

/**
 * Chooses the clock: real time, or the CPU time of this process. Other load on the machine hardly
 * affects CPU time, but CPU time does not include waiting for a disk.
 */
export function useClock(chosen: Clock): void {
  clock = chosen;
}

function now(): number {
  if (clock === 'wall') return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

export type Contender<T = unknown> = (round: number) => Promise<Run<T>> | Run<T>;

/** Milliseconds of each contender in each round. */
export type Times<N extends string> = Readonly<Record<N, readonly number[]>>;

/** Runs the contenders `rounds` times, after one round to warm up the code that is not counted. */
export async function compare<N extends string>(
  contenders: Readonly<Record<N, Contender>>,
  rounds: number,
): Promise<Times<N>> {
  const names = Object.keys(contenders) as N[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    N,
    number[]
  >;
  for (let round = -1; round < rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round + names.length) % names.length]!;
      const run = await contenders[name](round);
      collectGarbage();
      const start = now();
      const result = await run.timed();
      const elapsed = now() - start;
      try {
        await run.check?.(result);
      } finally {
        await run.close?.();
      }
      if (round >= 0) times[name].push(elapsed);
    }
  }
  return times;
}

/**
 * The median over all rounds of `a`'s time divided by `b`'s time in the same round. For CPU times,
 * `a`'s best round divided by `b`'s best round, because noise can only increase them.
 */
export function ratio<N extends string>(times: Times<N>, a: N, b: N): number {
  if (clock === 'cpu') return bestRatio(times, a, b);
  return median(times[a].map((time, round) => time / times[b][round]!));
}

/** For ratios so close to 1 that the median of rounds would mostly show noise. */
export function bestRatio<N extends string>(times: Times<N>, a: N, b: N): number {
  return Math.min(...times[a]) / Math.min(...times[b]);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Microseconds per item in the median round. */
export function perItem(times: readonly number[], items: number): number {
  return (median(times) * 1_000) / items;
}

setFlagsFromString('--expose-gc');
/** So that no contender pays for the garbage of the one before. */
const collectGarbage = () => gc({ type: 'minor' });
// Not a full collection, which makes V8 discard compiled code: an application does not have that
// before each call.
const gc = runInNewContext('gc') as (options: { type: 'minor' }) => void;

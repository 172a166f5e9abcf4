/**
 * Interleaved rounds: in each round every contender runs once on the same data, in rotated order,
 * so that whatever else the machine does hits all of them. A ratio is the median of the rounds'.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** One run of one contender: only `timed` is on the clock. */
export interface Run<T = unknown> {
  timed(): Promise<T> | T;
  /** Throws where the result is not what it must be. */
  check?(result: T): Promise<void> | void;
  close?(): Promise<void> | void;
}

export type Clock = 'wall' | 'cpu';

let clock: Clock = 'wall';

/**
 * Chooses what is counted: real time, or the CPU time of this process, which a machine that others
 * use too hardly disturbs, but which does not see waiting for a disk.
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

/** Milliseconds of each contender, by round. */
export type Times<N extends string> = Readonly<Record<N, readonly number[]>>;

/** Runs the contenders `rounds` times, after one round that is not counted: it warms the code up. */
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
 * The median over the rounds of `a`'s time / `b`'s time in the same round; of CPU times, which are
 * only ever disturbed upwards, `a`'s best round / `b`'s best round.
 */
export function ratio<N extends string>(times: Times<N>, a: N, b: N): number {
  if (clock === 'cpu') return bestRatio(times, a, b);
  return median(times[a].map((time, round) => time / times[b][round]!));
}

/** For ratios so near to 1 that the median of rounds tells more of the machine's mood. */
export function bestRatio<N extends string>(times: Times<N>, a: N, b: N): number {
  return Math.min(...times[a]) / Math.min(...times[b]);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Microseconds per item of the median round. */
export function perItem(times: readonly number[], items: number): number {
  return (median(times) * 1_000) / items;
}

setFlagsFromString('--expose-gc');
/** What one contender left behind is not paid for by the next. */
const collectGarbage = () => gc({ type: 'minor' });
// Not a full collection: V8 throws compiled code away with it, which no application goes through
// before each call.
const gc = runInNewContext('gc') as (options: { type: 'minor' }) => void;

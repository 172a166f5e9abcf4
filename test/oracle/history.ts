/** Random histories: what happens at which site, in SQL and deliveries that any engine can replay. */
import { hash, Random } from '../support/random.js';
import { SHAPES, type Shape } from './shape.js';
import type { Statement } from './site.js';
import { randomWrite } from './statement.js';

/** A local write; several statements are one transaction. */
export interface Write {
  readonly kind: 'write';
  readonly site: number;
  readonly statements: readonly Statement[];
}

/** One site's changes brought to another. */
export interface Delivery {
  readonly kind: 'deliver';
  readonly from: number;
  readonly to: number;
  /** All the sender has, or what is newer than the pair's last complete delivery. */
  readonly reach: 'all' | 'new';
  /** Which part arrives: everything, some rows, or some cells. */
  readonly part: 'whole' | 'rows' | 'cells';
  /** In the sender's order, shuffled, or shuffled with repetitions. */
  readonly order: 'feed' | 'shuffled' | 'repeated';
  /** In how many transactions it is applied. */
  readonly transactions: number;
  /** The delivery is captured now and arrives after this many further steps, twice if `twice`. */
  readonly delay: number;
  readonly twice: boolean;
  /** Decides the part and the order, alike in every world. */
  readonly seed: number;
}

/**
 * Every site hands every other one what is newer than its cursor. From then on only cursors carry
 * facts along, so that a fact with a stale db_version would be missed.
 */
export interface Exchange {
  readonly kind: 'exchange';
}

export type Step = Write | Delivery | Exchange;

export interface History {
  readonly shape: Shape;
  readonly sites: number;
  readonly steps: readonly Step[];
}

export interface HistoryOptions {
  readonly steps?: number;
  /** Writes may change primary keys. */
  readonly keyChanges?: boolean;
}

/** The history with this number in the sequence that `seed` starts. */
export function randomHistory(seed: number, index: number, options: HistoryOptions = {}): History {
  const random = new Random(hash(seed, index));
  const shape = SHAPES[index % SHAPES.length] as Shape;
  const sites = 3 + random.int(3);
  const steps = Array.from({ length: options.steps ?? 30 }, (): Step => {
    if (random.chance(0.05)) return { kind: 'exchange' };
    if (random.chance(0.4)) return randomDelivery(random, sites);
    const statements = randomWrite(random, shape, options.keyChanges ?? false);
    return { kind: 'write', site: random.int(sites), statements };
  });
  return { shape, sites, steps };
}

function randomDelivery(random: Random, sites: number): Delivery {
  const from = random.int(sites);
  return {
    kind: 'deliver',
    from,
    to: (from + 1 + random.int(sites - 1)) % sites,
    reach: random.pick(['all', 'new', 'new']),
    part: random.pick(['whole', 'whole', 'rows', 'cells']),
    order: random.pick(['feed', 'feed', 'shuffled', 'repeated']),
    transactions: random.pick([1, 1, 2, 5]),
    delay: random.chance(0.2) ? 1 + random.int(10) : 0,
    twice: random.chance(0.2),
    seed: random.int(2 ** 31),
  };
}

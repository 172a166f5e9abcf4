/** What happens in a simulation, made from its seed before it runs, so that parts of it can be left out. */
import { hash, Random } from '../support/random.js';
import type { EngineName } from './engines.js';
import { RIGHTS, type Rights } from './rights.js';
import type { SchemaName } from './schema.js';

export interface SitePlan {
  readonly name: string;
  readonly rights: Rights;
  readonly engine: EngineName;
  /** The names of its servers: it syncs with one or the other. */
  readonly upstreams: readonly string[];
}

export interface Step {
  /** Its place in the whole plan. */
  readonly number: number;
  readonly kind: StepKind;
  /** The name of the site, if it concerns one. */
  readonly at: string;
  /** Decides everything else about it. */
  readonly seed: number;
  /** The site that a `join` adds. */
  readonly joins?: SitePlan;
}

export interface Plan {
  readonly seed: number;
  readonly schema: SchemaName;
  /** How many changes a request or answer has at most, if so few that most syncs need several. */
  readonly page?: number;
  /** Whether sites migrate, one by one. */
  readonly migrates: boolean;
  readonly sites: readonly SitePlan[];
  readonly steps: readonly Step[];
}

/** How often each kind of step comes, of all. */
const WEIGHTS = {
  write: 50,
  /** Adds a word to a text; in simulations without texts, time passes. */
  type: 10,
  /** Goes on with a draft, or merges it. */
  draft: 3,
  /** Removes old events; in simulations without history, time passes. */
  prune: 2,
  sync: 22,
  time: 26,
  late: 3,
  line: 3,
  cut: 2,
  heal: 3,
  join: 0.7,
  leave: 0.7,
  rotate: 0.7,
  backUp: 1,
  restore: 0.7,
  crash: 1.5,
  clock: 1.5,
  migrate: 1,
  settle: 1,
};
export type StepKind = keyof typeof WEIGHTS;

/** Of databases that are fast; the others are in few simulations, and only one in each. */
const FAST = ['libsql', 'better-sqlite3'] as const;

/** With servers. */
const MOST_SITES = 8;

export function makePlan(seed: number, count: number): Plan {
  const random = new Random(hash('plan', seed));
  // Merges of the many tables take most of the time, and their faults are also what test/constraints looks for.
  const schema = random.chance(0.1)
    ? 'many'
    : random.pick<SchemaName>(['few', 'few', 'logged', 'texts']);
  const page = random.chance(0.4) ? 3 + random.int(20) : undefined;
  const rare = random.chance(0.15) ? 'sqlite-wasm' : random.chance(0.05) ? 'sqld' : undefined;
  const server: SitePlan = {
    ...{ name: 'server', rights: 'whole', engine: random.pick(FAST), upstreams: [] },
  };
  const relay: SitePlan = {
    ...server,
    name: 'relay',
    engine: random.pick(FAST),
    upstreams: ['server'],
  };
  const migrates = rare === undefined && random.chance(0.3);
  let made = 0;
  const client = (): SitePlan => {
    made++;
    const rights = made === 1 ? 'whole' : random.pick(RIGHTS);
    const roams = rights === 'whole' && random.chance(0.5);
    const upstreams = roams ? ['server', 'relay'] : [random.pick(['server', 'server', 'relay'])];
    const engine = made === 2 && rare !== undefined ? rare : random.pick(FAST);
    return { name: `client-${made}`, rights, engine, upstreams };
  };
  const sites = [server, relay, ...Array.from({ length: 3 + random.int(3) }, client)];
  const present = [...sites];
  const steps = Array.from({ length: count }, (_, number): Step => {
    const kind = pickKind(random, present.length);
    const step = { number, kind, seed: random.int(2 ** 31) };
    if (kind === 'join') {
      const joins = client();
      present.push(joins);
      return { ...step, at: joins.name, joins };
    }
    // The server does not sync by itself.
    const from = ANYWHERE.has(kind) ? 0 : ONLY_CLIENTS.has(kind) ? 2 : 1;
    const at = from + random.int(present.length - from);
    const { name } = present[at]!;
    if (kind === 'leave') present.splice(at, 1);
    return { ...step, at: name };
  });
  return { seed, schema, ...(page && { page }), migrates, sites, steps };
}

const ANYWHERE = new Set<StepKind>([
  'write',
  'type',
  'draft',
  'prune',
  'crash',
  'clock',
  'migrate',
]);

/** Steps after which others could not sync with a relay, or that are not about a server. */
const ONLY_CLIENTS = new Set<StepKind>(['leave', 'rotate', 'backUp', 'restore']);

function pickKind(random: Random, sites: number): StepKind {
  for (;;) {
    const kinds = Object.entries(WEIGHTS) as [StepKind, number][];
    let at = random.int(2 ** 30) / 2 ** 30;
    at *= kinds.reduce((sum, [, weight]) => sum + weight, 0);
    const found = kinds.find(([, weight]) => {
      at -= weight;
      return at < 0;
    });
    const kind = found?.[0] ?? 'write';
    if (kind === 'join' && sites >= MOST_SITES) continue;
    if (kind === 'leave' && sites <= 4) continue;
    return kind;
  }
}

/** A history being replayed: the sites of one world, and what is on its way between them. */
import { type Change, SENTINEL } from '../../src/model/change.js';
import { hash, Random } from '../support/random.js';
import type { Delivery, Step, Write } from './history.js';
import type { Shape } from './shape.js';
import type { OpenSite, Site } from './site.js';
import { hex, valueText } from './value-text.js';

/** Opens the site with a given index: a world may mix engines. */
export interface WorldPlan {
  readonly name: string;
  readonly open: (site: number) => OpenSite;
}

/** What can be seen of a site and must be equal where two worlds or two sites are equal. */
export interface SiteState {
  readonly rows: readonly string[];
  /** One line per (packed key, cid): column version, causal length, value. */
  readonly facts: readonly string[];
}

interface Parcel {
  readonly delivery: Delivery;
  readonly arrivesAt: number;
  readonly changes: readonly Change[];
  /** The sender's version when the parcel was packed. */
  readonly version: number;
}

export class World {
  readonly name: string;
  readonly #shape: Shape;
  readonly #sites: readonly Site[];
  /** Per pair: the sender's version up to which the receiver surely has everything. */
  readonly #cursors = new Map<string, number>();
  #parcels: Parcel[] = [];
  #now = 0;

  private constructor(name: string, shape: Shape, sites: readonly Site[]) {
    this.name = name;
    this.#shape = shape;
    this.#sites = sites;
  }

  static async open(plan: WorldPlan, shape: Shape, count: number): Promise<World> {
    const sites: Site[] = [];
    for (let i = 0; i < count; i++) sites.push(await plan.open(i)(shape));
    return new World(plan.name, shape, sites);
  }

  async close(): Promise<void> {
    for (const site of this.#sites) await site.close();
  }

  /**
   * Plays one step, and lets arrive what was due.
   *
   * @returns what another world must see too: the outcome of a write, the facts that were sent.
   */
  async play(step: Step): Promise<readonly string[]> {
    this.#now++;
    const due = this.#parcels.filter((p) => p.arrivesAt <= this.#now);
    this.#parcels = this.#parcels.filter((p) => p.arrivesAt > this.#now);
    for (const parcel of due) await this.#arrive(parcel);
    if (step.kind === 'write') return this.#write(step);
    if (step.kind === 'deliver') return this.#send(step);
    await this.exchangeNew();
    return [];
  }

  /** Every site hands every other one what is newer than what it has already handed over. */
  async exchangeNew(): Promise<void> {
    for (const from of this.#sites.keys()) {
      for (const to of this.#sites.keys()) if (to !== from) await this.#handOver(from, to);
    }
  }

  /** Every site hands all it has to its neighbour. */
  async exchangeAll(): Promise<void> {
    for (const [i, from] of this.#sites.entries()) {
      await this.#site((i + 1) % this.#sites.length).apply(existenceFirst(await from.changes()));
    }
  }

  async state(site: number): Promise<SiteState> {
    const rows = await this.#site(site).rows();
    return {
      rows: rows.map((row) => row.map(valueText).join(' | ')),
      facts: facts(await this.#site(site).changes()),
    };
  }

  async #write(step: Write): Promise<readonly string[]> {
    const site = this.#site(step.site);
    const [first, ...others] = step.statements;
    try {
      if (first !== undefined && others.length === 0) await site.exec(first.sql, first.params);
      else await site.transaction(step.statements);
      return ['done'];
    } catch (error) {
      // A duplicate key is a proper outcome of a history; anything else is a fault of the test.
      if (/UNIQUE|PRIMARY KEY/i.test(fullMessage(error))) return ['duplicate key'];
      throw error;
    }
  }

  async #handOver(from: number, to: number): Promise<void> {
    const version = await this.#site(from).version();
    const changes = await this.#site(from).changes(this.#cursor(from, to));
    if (changes.length > 0) await this.#site(to).apply(existenceFirst(changes));
    this.#cursors.set(`${from} ${to}`, version);
  }

  async #send(step: Delivery): Promise<readonly string[]> {
    const from = this.#site(step.from);
    const version = await from.version();
    const since = step.reach === 'new' ? this.#cursor(step.from, step.to) : 0;
    const changes = await from.changes(since);
    const parcel = { delivery: step, arrivesAt: this.#now + step.delay, changes, version };
    if (step.delay > 0) this.#parcels.push(parcel);
    else await this.#arrive(parcel);
    return facts(changes);
  }

  async #arrive({ delivery, changes, version }: Parcel): Promise<void> {
    const to = this.#site(delivery.to);
    const ordered = inOrder(delivery, inPart(delivery, changes));
    for (let repeat = delivery.twice ? 2 : 1; repeat > 0; repeat--) {
      for (let n = 0; n < delivery.transactions; n++) {
        const share = ordered.filter(
          (c) => drawn(delivery, 'share', c) % delivery.transactions === n,
        );
        if (share.length > 0) await to.apply(existenceFirst(share));
      }
    }
    if (delivery.part === 'whole') {
      const { from, to: receiver } = delivery;
      this.#cursors.set(`${from} ${receiver}`, Math.max(version, this.#cursor(from, receiver)));
    }
  }

  #cursor(from: number, to: number): number {
    return this.#cursors.get(`${from} ${to}`) ?? 0;
  }

  #site(index: number): Site {
    const site = this.#sites[index];
    if (site === undefined) throw new Error(`no site ${index} for ${this.#shape.name}`);
    return site;
  }
}

function inPart(delivery: Delivery, changes: readonly Change[]): readonly Change[] {
  if (delivery.part === 'whole') return changes;
  return changes.filter((change) => {
    const unit = delivery.part === 'rows' ? { ...change, cid: '' } : change;
    return drawn(delivery, 'part', unit) % 2 === 0;
  });
}

/** Shuffles from a sorted list: worlds differ in seq, so the feed's own order is not the same. */
function inOrder(delivery: Delivery, changes: readonly Change[]): readonly Change[] {
  if (delivery.order === 'feed') return changes;
  const random = new Random(delivery.seed);
  const sorted = [...changes].sort((a, b) => (identity(a) < identity(b) ? -1 : 1));
  const extra = delivery.order === 'repeated' ? sorted.filter(() => random.chance(0.5)) : [];
  return random.shuffle([...sorted, ...extra]);
}

/**
 * Puts the sentinel before the cells of a row that carry version 0.
 *
 * A greater causal length lets a living row's cells fall to version 0. In cr-sqlite the change that
 * brings it wins outright, even with version 0; one that comes after it must be the greater value.
 * So there the order inside a transaction decides about such cells, and the order of feeds is not
 * the same in two worlds. With the sentinel first no cell comes first.
 */
function existenceFirst(changes: readonly Change[]): readonly Change[] {
  const reset = changes.filter((c) => c.col_version === 0);
  const sentinels = reset.map((c) => ({ ...c, cid: SENTINEL, val: null, col_version: c.cl }));
  return [...sentinels, ...changes];
}

function drawn(delivery: Delivery, purpose: string, change: Change): number {
  return hash(delivery.seed, purpose, identity(change));
}

function identity(change: Change): string {
  return `${hex(change.pk)} ${change.cid}`;
}

/** db_version, site_id and seq are left out: they say when and by which path a world came here. */
function facts(changes: readonly Change[]): readonly string[] {
  return changes
    .map((c) => `${identity(c)} v${c.col_version} cl${c.cl} = ${valueText(c.val)}`)
    .sort();
}

/** Drivers wrap each other's errors; what happened may stand in any of the messages. */
function fullMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined
    ? error.message
    : `${error.message}; ${fullMessage(error.cause)}`;
}

/** The sites of a simulation and the network between them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CrrSyncError } from '../../src/index.js';
import type { Fetch, SyncResult } from '../../src/sync/index.js';
import { TestClock } from '../../src/testing/clock.js';
import { Link } from '../../src/testing/link.js';
import { hash, Random } from '../support/random.js';
import { type Facts, lost, lostEvents, rowName, without } from './facts.js';
import type { Plan, SitePlan } from './plan.js';
import type { DatabasePool } from './pool.js';
import { accessTo, rightsOf, tableOf } from './rights.js';
import { LATER_SCHEMAS, SCHEMAS } from './schema.js';
import { Station, type Upstream } from './station.js';
import { watchWrites } from './trespass.js';
import { Votes, votesOf } from './votes.js';
import { type, Words } from './words.js';
import { randomPopulation } from './writes.js';

export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure';
}

const PERFECT = { delayMs: [1, 1_000_000] } as const;

export class World {
  readonly stations = new Map<string, Station>();
  /** Requests that the network has repeated, and that have not arrived for the second time. */
  readonly late: { readonly to: Station; readonly request: Request }[] = [];
  readonly votes = new Votes();
  readonly words = new Words();
  /** Events that some site has pruned. */
  readonly pruned = new Set<string>();
  readonly trace: string[] = [];
  readonly #clock = new TestClock();
  readonly #random: Random;
  readonly #running = new Map<Station, Promise<void>>();
  readonly #directory = mkdtempSync(join(tmpdir(), 'drizzle-crr-simulator-'));
  #failure: unknown;
  #sites = 0;
  #backups = 0;

  constructor(
    readonly plan: Pick<Plan, 'seed' | 'schema' | 'page' | 'migrates'>,
    readonly pool: DatabasePool,
  ) {
    this.#random = new Random(hash('network', plan.seed));
  }

  /** Nothing goes on in it. */
  async abandon(): Promise<void> {
    for (const { upstreams } of this.stations.values())
      for (const { link } of upstreams) link.cut();
    await Promise.all(this.#running.values());
    rmSync(this.#directory, { recursive: true, force: true });
  }

  note(line: string): void {
    this.trace.push(line);
  }

  /** Adds a site. @param populates whether it begins with rows of its own. */
  async add(plan: SitePlan, populates: boolean): Promise<Station> {
    const database = await this.pool.take(this.plan.schema, plan.engine);
    const site = await database.site({ siteId: this.#newSiteId() });
    const { page } = this.plan;
    const onError = (error: unknown) => {
      this.#failure ??= error;
    };
    const station = new Station(plan, { database, site, page, onError });
    for (const name of plan.upstreams) {
      const upstream = this.stations.get(name);
      if (upstream === undefined) continue;
      const link = new Link(this.#clock, this.#random, this.#deliverTo(upstream));
      link.set(PERFECT);
      station.connect(upstream, link);
    }
    this.stations.set(plan.name, station);
    if (populates) {
      const random = new Random(hash('population', this.plan.seed, plan.name));
      for (const statement of randomPopulation(random, this.plan.schema))
        await site.write([statement]);
    }
    await this.look(station);
    return station;
  }

  remove(station: Station): void {
    this.stations.delete(station.name);
    this.votes.forget(station);
    this.words.forget(station);
    this.pool.giveBack(this.plan.schema, station.plan.engine, station.database);
  }

  /** One local transaction. @returns whether the constraints let it through. */
  async write(station: Station, statements: readonly string[]): Promise<boolean> {
    const write = () => station.site.write(statements);
    if (statements.some((sql) => sql.includes('things'))) return this.counted(station, write);
    const isDone = await write();
    await this.look(station);
    return isDone;
  }

  /** Runs a local write, and notes what it adds to counters. */
  async counted<T>(station: Station, write: () => Promise<T>): Promise<T> {
    // A server may have merged since it was last looked at.
    await this.look(station);
    const before = await votesOf(station);
    const result = await write();
    await this.look(station);
    this.votes.note(station, before, await votesOf(station));
    return result;
  }

  /** Adds a word to a text. @returns the row; undefined if it is not there. */
  async type(station: Station, random: Random, word: string): Promise<string | undefined> {
    const row = await type(station, random, word);
    await this.look(station);
    if (row !== undefined) this.words.note(station, row, word);
    return row;
  }

  backUp(station: Station): void {
    const { backUp } = station.database;
    if (backUp === undefined) return;
    const file = join(this.#directory, `${this.#backups++}.db`);
    backUp(file);
    station.backup = { file, isMigrated: station.isMigrated };
  }

  async restore(station: Station, { file, isMigrated }: NonNullable<Station['backup']>) {
    this.votes.forget(station);
    this.words.forget(station);
    const schema = (isMigrated ? LATER_SCHEMAS : SCHEMAS)[this.plan.schema];
    station.reopen(await station.database.site({ file, schema }));
    station.isMigrated = isMigrated;
    station.known = undefined;
    station.isOld = true;
  }

  /** @param isRestarted whether its process has the new schema at once. */
  async migrate(station: Station, isRestarted: boolean): Promise<void> {
    if (!this.plan.migrates) return;
    if (!station.isMigrated) {
      await station.database.migrate!(LATER_SCHEMAS[this.plan.schema]);
      station.isMigrated = true;
    }
    if (isRestarted) station.reopen(station.database.reopened());
    await this.look(station);
  }

  /** Its process ends, and another one opens the same database. */
  async crash(station: Station): Promise<void> {
    const links = station.upstreams.map(({ link }) => link).filter(({ isCut }) => !isCut);
    for (const link of links) link.cut();
    await this.rest();
    for (const link of links) link.heal();
    station.reopen(station.database.reopened());
    await this.look(station);
  }

  isSyncing(station: Station): boolean {
    return this.#running.has(station);
  }

  /** Begins a sync, which goes on as time passes. */
  async startSync(station: Station, upstream: Upstream): Promise<void> {
    const before = await this.look(station);
    const unsent = this.votes.unsent(station);
    const untold = this.words.unsent(station);
    const run = async () => {
      try {
        const result = await upstream.sync.sync();
        this.note(`  ${station.name} has synced with ${upstream.station.name}: ${summary(result)}`);
        station.refused = new Set(result.refusedRows.map(rowName));
        this.votes.acknowledge(unsent, station.refused);
        this.words.acknowledge(untold, station.refused);
        station.isOld = false;
        await this.#expectReceived(station, upstream.station, before);
        this.#lastNews = result.pushed + result.pulled;
      } catch (error) {
        this.#lastNews = 1;
        if (error instanceof CrrSyncError && error.code === 'CRR_SYNC_NETWORK') {
          this.note(`  the line of ${station.name} failed`);
        } else this.#failure ??= error;
      }
    };
    const running = run().finally(() => this.#running.delete(station));
    this.#running.set(station, running);
    await this.rest();
  }

  #lastNews = 0;

  /** A whole sync, over a perfect line. @returns how many changes were new. */
  async sync(station: Station, upstream: Upstream): Promise<number> {
    upstream.link.set(PERFECT);
    await this.startSync(station, upstream);
    await this.finish();
    return this.#lastNews;
  }

  /** The next request or answer arrives. */
  async passTime(): Promise<void> {
    if (this.#clock.sleeping === 0) return;
    await this.#clock.advanceToNext();
    await this.rest();
  }

  /** All that is under way arrives, or is lost. */
  async finish(): Promise<void> {
    while (this.#running.size > 0) await this.passTime();
  }

  /** Everything is as it was or newer. @returns what the site knows now. */
  async look(station: Station): Promise<Facts> {
    const { known } = station;
    const now = await station.facts();
    station.known = now;
    // Pages cut what a server has merged at once.
    if (this.plan.page === undefined) expectPairs(station, now);
    if (known !== undefined && known !== now && known.siteId === now.siteId) {
      const seen = [...known.cells].filter(([, { row }]) => !station.dropped.has(row));
      expectNothing(`${station.name} went back`, lost(seen, now));
      expectNothing(`${station.name} forgot`, lostEvents(known, now, station.dropped, this.pruned));
    }
    station.dropped.clear();
    return now;
  }

  /** A site has exchanged what it knew: its server knows all of it, or better. */
  async #expectReceived(station: Station, server: Station, before: Facts): Promise<void> {
    const now = await this.look(server);
    const after = await this.look(station);
    // A restored site that gets another id in this sync sends its counters and registers under that one.
    const isRenamed = after.siteId !== before.siteId;
    const sent = [...without(before, station.refused).cells].filter(
      ([id, { row }]) =>
        !(isRenamed && id.endsWith(` of ${before.siteId}`)) &&
        !maySendInVain(station, row, after, now),
    );
    expectNothing(`${server.name} acknowledged, and does not have`, lost(sent, now));
    for (const [id, fact] of sent) station.acknowledged.set(id, fact);
  }

  /** Waits until each sync that runs waits for the network. */
  async rest(): Promise<void> {
    while (this.#clock.sleeping < this.#running.size) await turn();
    if (this.#failure !== undefined) throw this.#failure;
  }

  #deliverTo(station: Station): Fetch {
    return async (request) => {
      if (request.method === 'POST' && this.#random.chance(0.1)) {
        this.late.push({ to: station, request: request.clone() });
      }
      const rights = rightsOf(request.headers);
      // Reading everything before and after takes longer than most requests.
      if (rights === 'whole' || !this.#random.chance(0.3)) return station.handle(request);
      const { response, found } = await watchWrites(station, rights, () => station.handle(request));
      if (found.length > 0) {
        // An error here would be one of the network.
        const user = request.headers.get('x-user');
        this.#failure ??= failureOf(`${user} has written what it may not`, found);
      }
      return response;
    };
  }

  #newSiteId(): string {
    return hash('site', this.plan.seed, this.#sites++)
      .toString(16)
      .padStart(32, '0');
  }
}

/**
 * A client that may only delete some rows of a table cannot show that it may delete one that the server does not have: the
 * delete waits there, see docs/sync.md.
 */
function maySendInVain({ plan }: Station, row: string, client: Facts, server: Facts): boolean {
  const isDeleted = (client.rows.get(row) ?? 0) % 2 === 0;
  const { where } = accessTo(plan.rights, tableOf(row));
  return isDeleted && where !== undefined && !server.rows.has(row);
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const summary = ({ pushed, pulled, hidden, refused }: SyncResult) =>
  `${pushed} pushed, ${pulled} pulled, ${hidden} hidden, ${refused} refused`;

export function expectNothing(what: string, found: readonly string[]): void {
  if (found.length > 0) throw failureOf(what, found);
}

const failureOf = (what: string, found: readonly string[]) =>
  new SimulationFailure([`${what}:`, ...found.slice(0, 20)].join('\n  '));

/** Both rows of a pair are always written together. */
export function expectPairs(station: Station, { cells, rows }: Facts): void {
  for (const pair of ['p0', 'p1']) {
    const [a, b] = ['a', 'b'].map((side) => {
      const row = `pairs ${pair}${side}`;
      return `life ${rows.get(row)}, ${String(cells.get(`${row}.batch`)?.val)}`;
    });
    if (a !== b) {
      throw new SimulationFailure(
        `${station.name} sees half of a transaction: ${pair}: ${a} | ${b}`,
      );
    }
  }
}

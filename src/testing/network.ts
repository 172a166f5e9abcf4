import type { CrrDatabase } from '../drizzle/crr-database.js';
import { CrrSyncError, CrrTestError } from '../errors.js';
import { optionsOf, requireOptions } from '../model/options.js';
import { createSync, type Sync } from '../sync/client/client.js';
import { createSyncHandler } from '../sync/server/handler.js';
import { TestClock } from './clock.js';
import { lacksOf, notConverged } from './converged.js';
import { Link } from './link.js';
import type {
  ConvergedOptions,
  TestClient,
  TestClientOptions,
  TestNetworkOptions,
  TestServer,
  TestServerOptions,
} from './participants.js';
import { Random } from './random.js';

const NETWORK = optionsOf<TestNetworkOptions>({ seed: 'any' });
const CONVERGED = optionsOf<ConvergedOptions>({ tables: 'list', open: 'function' });

/** After so many rounds without an end, a client and its server have changes for each other without end. */
const MOST_ROUNDS = 200;

/**
 * Servers and clients in one process, with lines between them that a test can cut, delay and make lossy. Nothing
 * listens, and no time passes but that of {@link clock}.
 *
 * @example
 * const net = createTestNetwork({ seed: 7 });
 * const server = net.server(await open());
 * const [ann, bob] = [net.client(await open(), server), net.client(await open(), server)];
 * ann.link.cut();
 * await ann.db.insert(todos).values({ id: 'a', title: 'milk' });
 * await bob.db.insert(todos).values({ id: 'a', title: 'bread' });
 * ann.link.heal();
 * await net.sync();
 * await net.expectConverged();
 */
export class TestNetwork {
  /** The time of delays. It passes when {@link sync} needs it to, or by `clock.advance(ms)`. */
  readonly clock = new TestClock();
  readonly #random: Random;
  readonly #servers: TestServer[] = [];
  readonly #clients: TestClient[] = [];

  /** @internal Made by {@link createTestNetwork}. */
  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  get clients(): readonly TestClient[] {
    return this.#clients;
  }

  /** Adds a server. */
  server<D extends CrrDatabase>(
    db: D,
    { name, ...options }: TestServerOptions = {},
  ): TestServer & { readonly db: D } {
    const count = this.#servers.length;
    const isLimited = options.authorize !== undefined;
    const handler = createSyncHandler({ ...options, ...(isLimited ? {} : { public: true }), db });
    const nextName = count === 0 ? 'server' : `server ${count + 1}`;
    const server = { name: name ?? nextName, db, handler, isLimited };
    this.#servers.push(server);
    return server;
  }

  /** Adds a client. */
  client<D extends CrrDatabase>(
    db: D,
    server: TestServer,
    options: TestClientOptions = {},
  ): TestClient & { readonly db: D } {
    const link = new Link(this.clock, this.#random, server.handler);
    const sync = syncOver(link, db, options);
    const name = options.name ?? `client ${this.#clients.length + 1}`;
    const client = { name, db, server, sync, link, options };
    this.#clients.push(client);
    return client;
  }

  /**
   * Syncs the clients whose lines are not cut, in random order, until none has anything new. Lost requests are sent
   * again, and time passes as their delays need it.
   *
   * @throws {CrrSyncError} what a sync fails with, unless it is the line.
   * @throws {CrrTestError} CRR_TEST_ENDLESS if there is no end to it.
   */
  async sync(): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      let isQuiet = true;
      for (const client of this.#random.shuffle(this.#clients)) {
        if (client.link.isCut) continue;
        if (await this.#syncOnce(client)) isQuiet = false;
      }
      if (isQuiet) return;
    }
    throw new CrrTestError(
      'CRR_TEST_ENDLESS',
      `after ${MOST_ROUNDS} rounds there still is something new to exchange, or no request gets through`,
    );
  }

  /**
   * Checks that each client has what its server has. Only merged values count, so rows that a database cannot show
   * because of a constraint are compared as well.
   *
   * @throws {CrrTestError} CRR_TEST_DIFFERENT, with a list of what is.
   */
  async expectConverged(options: ConvergedOptions = {}): Promise<void> {
    requireOptions('expectConverged()', options, CONVERGED);
    const found = [];
    for (const client of this.#clients) {
      const started = options.open && (await options.open());
      if (started !== undefined) {
        const link = new Link(this.clock, this.#random, client.server.handler);
        await syncOver(link, started, client.options).sync();
      }
      found.push(...(await lacksOf(client, started, options.tables ?? client.options.tables)));
    }
    if (found.length > 0) throw notConverged(found);
  }

  /** Returns whether there was something new, or whether it is to be tried again. */
  async #syncOnce({ sync, link }: TestClient): Promise<boolean> {
    let isDone = false;
    const done = sync.sync().finally(() => {
      isDone = true;
    });
    done.catch(() => {}); // It is awaited below.
    while (!isDone) await this.clock.advanceToNext();
    try {
      const { pushed, pulled } = await done;
      return pushed + pulled > 0;
    } catch (error) {
      if (error instanceof CrrSyncError && error.code === 'CRR_SYNC_NETWORK') return true;
      throw error;
    } finally {
      while (this.clock.sleeping > 0) await this.clock.advanceToNext();
      await link.settle();
    }
  }
}

/**
 * Makes a network for tests: see {@link TestNetwork}.
 *
 * @throws {CrrUsageError} CRR_USAGE_OPTION
 */
export function createTestNetwork(options: TestNetworkOptions = {}): TestNetwork {
  requireOptions('createTestNetwork()', options, NETWORK);
  return new TestNetwork(options.seed ?? 1);
}

function syncOver(link: Link, db: CrrDatabase, { name: _, ...options }: TestClientOptions): Sync {
  return createSync({ retry: { attempts: 1 }, ...options, db, fetch: link.fetch });
}

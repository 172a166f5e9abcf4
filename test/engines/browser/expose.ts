/** Runs in the browser: what the tests ask of an engine there. */
import { sql } from 'drizzle-orm';
import { type Change, packKey } from '../../../src/index.js';
import { items, members, openInstalled, type Site, stateOf, together } from '../conformance.js';
import { siteOn } from '../open-site.js';
import { type Transcript, transcriptOf } from '../runtimes/print.js';
import type { BrowserDatabase, BrowserEngine } from './engine.js';

const schema = { items, members };

/** What a page or a worker answers to the tests, one call at a time unless the test says otherwise. */
export class Answers {
  #kept: { readonly database: BrowserDatabase; readonly site: Site } | undefined;

  constructor(readonly engine: BrowserEngine) {}

  /** Runs a scenario on new databases, and removes them. */
  async transcript(scenario: string): Promise<Transcript> {
    const opened: [name: string, database: BrowserDatabase][] = [];
    try {
      return await transcriptOf(scenario, async () => {
        const name = `scenario-${crypto.randomUUID()}`;
        const database = await this.engine.open(name);
        opened.push([name, database]);
        return database;
      });
    } finally {
      for (const [name, database] of opened) {
        await database.close();
        await this.engine.remove(name);
      }
    }
  }

  /** Opens a database that stays, and makes its tables if there are none. */
  async open(name: string): Promise<void> {
    const database = await this.engine.open(name);
    let site = siteOn(database, schema);
    const tables = await site.db.all(sql.raw("SELECT 1 FROM sqlite_master WHERE type = 'table'"));
    if (tables.length === 0) site = await openInstalled(async () => site, schema);
    this.#kept = { database, site };
  }

  async close(): Promise<void> {
    await this.#kept?.database.close();
    this.#kept = undefined;
  }

  get #site(): Site {
    if (this.#kept === undefined) throw new Error('open() was not called');
    return this.#kept.site;
  }

  /** Rows, changes and version of the open database. */
  state(): Promise<string[]> {
    return stateOf([this.#site], this.#site);
  }

  /** Writes so many transactions of two rows, one after the other. */
  async write(team: string, transactions: number): Promise<void> {
    for (let i = 0; i < transactions; i++) {
      await together(this.#site, (tx) => [
        tx.insert(members).values({ team, number: 2 * i }),
        tx.insert(members).values({ team, number: 2 * i + 1 }),
      ]);
    }
  }

  /** Writes so many rows, each by a statement without a transaction. */
  async insert(team: string, rows: number): Promise<void> {
    for (let i = 0; i < rows; i++) await this.#site.db.insert(members).values({ team, number: i });
  }

  /** Applies so many batches of one row that another site wrote. */
  async receive(team: string, batches: number): Promise<void> {
    for (let i = 0; i < batches; i++) {
      const change: Change = {
        table: 'members',
        pk: packKey([team, BigInt(i)]),
        cid: 'name',
        val: `from another site, ${i}`,
        col_version: 1,
        db_version: i + 1,
        site_id: new Uint8Array(16).fill(7),
        cl: 1,
        seq: 0,
      };
      await this.#site.db.$crr.apply([change]);
    }
  }
}

type Method = Exclude<keyof Answers, 'engine'>;

/** What crosses from the page to the test, where an error would lose its causes. */
export type Answer = { readonly value: unknown } | { readonly error: string };

/** Makes the engine answer: `ask` on a page, messages in a worker, which says when it listens. */
export function expose(load: () => Promise<BrowserEngine>): void {
  const loaded = load().then((engine) => new Answers(engine));
  const ask = async (method: Method, ...args: unknown[]): Promise<Answer> => {
    try {
      const answers = await loaded;
      const run = answers[method] as (...args: unknown[]) => unknown;
      return { value: await run.apply(answers, args) };
    } catch (error) {
      const stacks: string[] = [];
      for (let e: unknown = error; e instanceof Error; e = e.cause)
        stacks.push(e.stack ?? e.message);
      return { error: stacks.join('\ncaused by ') || String(error) };
    }
  };
  Object.assign(globalThis, { ask });
  addEventListener('message', async ({ data, ports: [port] }) => {
    if (port !== undefined) port.postMessage(await ask(...(data as [Method, ...unknown[]])));
  });
  postMessage('ready');
}

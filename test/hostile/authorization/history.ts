/** A server, its own writes, clients that send anything, rights that change, and a migration; checked after every step. */
import { sql } from 'drizzle-orm';
import { type Change, explainError } from '../../../src/index.js';
import { createSyncHandler } from '../../../src/sync/index.js';
import type { SyncRequest, SyncResponse } from '../../../src/sync/protocol.js';
import { binaryCodec } from '../../../src/sync/wire/binary-codec.js';
import { memoryClient } from '../../support/client.js';
import { hash, Random } from '../../support/random.js';
import { openSite } from '../../support/site.js';
import { plausibleBatch } from '../plausible.js';
import { hostileRequest } from '../requests.js';
import { SECRET, showsSecret } from '../schema.js';
import { changedRows, rowText, violations } from './check.js';
import { type Row, type Rules, randomRules, type State, TABLES } from './rules.js';
import { after, before, KEYS } from './schema.js';

const USERS = ['ann', 'bob', 'mallory'];
const NOBODY: Rules = new Map();
const MAX_BYTES = 2 ** 24;

export interface Counts {
  exchanges: number;
  refused: number;
  merged: number;
  pulled: number;
  /** Changes that waited and were merged later. */
  waited: number;
}

export async function runHistory(
  seed: number,
  steps: number,
  honest: readonly Change[],
  counts: Counts,
): Promise<void> {
  const random = new Random(hash('authorization', seed));
  const history = new History(random, honest, counts);
  await history.open();
  for (let step = 0; step < steps; step++) {
    const found = await history.step(step === Math.floor(steps / 2));
    if (found.length === 0) continue;
    throw new Error(`seed ${seed}, step ${step}:\n${found.join('\n')}`);
  }
}

class History {
  readonly #client = memoryClient();
  #db!: Awaited<ReturnType<typeof openSite>>;
  #isMigrated = false;
  readonly #rules = new Map<string, Rules>();
  readonly #sites: ReadonlyMap<string, Uint8Array>;
  readonly #sent = new Map(USERS.map((user) => [user, new Set<string>()]));
  #filters: string[] = [];

  constructor(
    readonly random: Random,
    readonly honest: readonly Change[],
    readonly counts: Counts,
  ) {
    this.#sites = new Map(USERS.map((user) => [user, random.bytes(16)]));
    for (const user of USERS) this.#rules.set(user, randomRules(random, user));
  }

  async open(): Promise<void> {
    this.#db = (await openSite(before, this.#client)) as never;
    for (const write of POPULATION) await this.#client.execute(write);
  }

  /** @returns what must not have happened. */
  async step(migrates: boolean): Promise<string[]> {
    const { random } = this;
    const kind = migrates ? 20 : random.int(20);
    if (kind < 15) return this.#attack(random.pick(USERS));
    if (kind < 17) return this.#ownWrite();
    if (kind < 19) {
      const user = random.pick(USERS);
      this.#rules.set(user, randomRules(random, user));
      return [];
    }
    const was = await this.#state();
    if (migrates) await this.#migrate();
    else await random.pick([() => this.#db.$crr.install(), () => this.#db.$crr.apply([])])();
    return changedRows({ rules: NOBODY, before: was, after: await this.#state(was) });
  }

  async #attack(user: string): Promise<string[]> {
    const rules = this.#rules.get(user)!;
    const request = this.#request(user);
    const was = await this.#state();
    const { version, pending } = await this.#counters();
    const sent = this.#sent.get(user)!;
    for (const change of request.push?.changes ?? []) sent.add(rowText(change));
    const response = await this.#send(user, rules, request);
    const is = await this.#state();
    const { changes: news } = await this.#db.$crr.changes({ since: version });
    const after = await this.#counters();
    this.counts.exchanges++;
    this.counts.merged += news.length;
    this.counts.waited += Math.max(0, pending - after.pending);
    if (response === undefined) {
      this.counts.refused++;
      if (after.version !== version) return ['a refused request has written'];
    }
    this.counts.pulled += response?.pulled?.changes.length ?? 0;
    return violations({ rules, before: was, after: is, news, request, response, sent });
  }

  #request(user: string): SyncRequest {
    const { random, honest } = this;
    const ownSite = this.#sites.get(user)!;
    const sites = [...this.#sites.values()];
    const heard = { filters: this.#filters, receipts: [], version: 30 };
    const parts = { honest, sites, ownSite, absurd: false };
    const request = hostileRequest(random, parts, heard) as SyncRequest;
    if (random.chance(0.2)) return request;
    // Most are let in: what is refused at the door learns and changes nothing.
    const through = 0;
    return {
      ...request,
      siteId: ownSite,
      to: undefined,
      birth: undefined,
      push: random.chance(0.8) ? { changes: plausibleBatch(random, parts), through } : undefined,
      pull: random.chance(0.5) ? { cursor: 0, filter: '', skip: [], maxBytes: 100_000 } : undefined,
    };
  }

  async #send(user: string, rules: Rules, request: SyncRequest): Promise<SyncResponse | undefined> {
    let failure: unknown;
    const handler = createSyncHandler({
      db: this.#db,
      authorize: () => ({
        id: user,
        tables: Object.fromEntries([...rules].map(([table, { access }]) => [table, access])),
      }),
      onError: (error) => {
        failure = error;
      },
    });
    const body = await binaryCodec.encodeRequest(request);
    const headers = { 'content-type': binaryCodec.contentType };
    const response = await handler(new Request('http://x/', { method: 'POST', body, headers }));
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (response.status === 200) {
      const message = await binaryCodec.decodeResponse(bytes, { maxMessageBytes: MAX_BYTES });
      if (message.pulled) this.#filters = [message.pulled.filter, ...this.#filters].slice(0, 6);
      return message;
    }
    const text = new TextDecoder().decode(bytes);
    if (showsSecret(text)) throw new Error(`a refusal shows a value: ${text}`);
    if (response.status >= 500) throw explainError(failure);
    return undefined;
  }

  async #ownWrite(): Promise<string[]> {
    await this.#client.execute(ownWrite(this.random));
    return [];
  }

  async #migrate(): Promise<void> {
    this.#isMigrated = true;
    await this.#client.execute('ALTER TABLE things ADD COLUMN extra TEXT');
    this.#db = (await openSite(after, this.#client, {
      ddl: 'CREATE TABLE later (id TEXT PRIMARY KEY NOT NULL, owner TEXT NOT NULL, body TEXT NOT NULL)',
    })) as never;
  }

  async #counters() {
    const { $crr } = this.#db;
    return { version: await $crr.version(), pending: await $crr.pendingCount() };
  }

  /** @param like has only columns that this has, too. */
  async #state(like?: State): Promise<State> {
    const state = new Map<string, Map<string, Row>>();
    for (const table of TABLES) {
      if (table === 'later' && !this.#isMigrated) continue;
      const { rows } = await this.#client.execute({ sql: `SELECT * FROM ${table}`, args: [] });
      const columns = Object.keys([...(like?.get(table)?.values() ?? [])][0] ?? {});
      state.set(
        table,
        new Map(
          rows.map((row) => {
            const all = Object.entries(row).filter(
              ([name]) => columns.length === 0 || columns.includes(name),
            );
            return [
              KEYS[table]!.map((name) => String(row[name])).join(' '),
              Object.fromEntries(all),
            ];
          }),
        ),
      );
    }
    return state;
  }
}

const POPULATION: readonly string[] = [
  `INSERT INTO members (org, user, role) VALUES ('o0', 'u0', 'ann'), ('o1', 'bob', 'bob'), ('o2', 'mallory', NULL), ('o1', 'ann', 'mallory')`,
  ...['ann', 'bob', 'mallory'].map(
    (owner, i) =>
      `INSERT INTO things (id, owner, org, title, secret, votes, tag) VALUES ('i${i}', '${owner}', 'o${i}', '${SECRET}', ${i === 0 ? 'NULL' : `'${SECRET}'`}, ${i}, '${SECRET}')`,
  ),
  `DELETE FROM things WHERE id = 'i2'`,
];

/** A write of the application. */
function ownWrite(random: Random): string {
  const id = () => `'${random.pick(['i0', 'i1', 'i2', 'i3', 'x1'])}'`;
  const user = () => `'${random.pick(USERS)}'`;
  const org = () => `'o${random.int(3)}'`;
  return random.pick([
    () =>
      `INSERT INTO things (id, owner, org, title, secret) VALUES (${id()}, ${user()}, ${org()}, '${SECRET}', NULL) ON CONFLICT DO NOTHING`,
    () => `UPDATE things SET owner = ${user()}, org = ${org()} WHERE id = ${id()}`,
    () =>
      `UPDATE things SET votes = votes + 1, tag = '${SECRET}', secret = NULL WHERE id = ${id()}`,
    () => `DELETE FROM things WHERE id = ${id()}`,
    () =>
      `INSERT OR REPLACE INTO members (org, user, role) VALUES (${org()}, ${user()}, ${user()})`,
    () => `DELETE FROM members WHERE user = ${user()}`,
  ])();
}

/** What an honest site of the schema after the migration has sent. */
export async function honestChanges(): Promise<readonly Change[]> {
  const db = await openSite(after);
  const random = new Random(5);
  for (const write of POPULATION) {
    await db.run(sql.raw(write.replaceAll(SECRET, 'x')));
  }
  for (let i = 0; i < 60; i++) await db.run(sql.raw(ownWrite(random).replaceAll(SECRET, 'y')));
  for (const id of ['i0', 'i1', 'x1']) {
    await db.run(sql.raw(`UPDATE things SET extra = 'more' WHERE id = '${id}'`));
    await db.run(sql.raw(`INSERT INTO later (id, owner, body) VALUES ('${id}', 'mallory', 'x')`));
  }
  return (await db.$crr.changes()).changes;
}

/**
 * Rows that were evicted are written again, come back, die meanwhile and are evicted again. A server has everything
 * that was sent. In the end it and its clients agree, and every increment counts once.
 */
import { expect, test } from 'vitest';
import { packKey } from '../../src/index.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { LATEST, type LivesSite, openLivesSite, stateOf, writeAtRandom } from './sites.js';

const HISTORIES = Math.ceil(numberFromEnv('CRR_HISTORIES', 160) / 20);
const STEPS = 40;
const KEYS = ['a', 'b', 'c'];

test('evicted rows that are written again lose no increment and no register value', {
  timeout: 3_600_000,
}, async () => {
  const seed = seedFromEnv();
  const only = numberFromEnv('CRR_HISTORY', -1);
  let resumed = 0;
  for (let history = 0; history < HISTORIES; history++) {
    if (only >= 0 && history !== only) continue;
    const random = new Random(hash('evicted', seed, history));
    resumed += await runHistory(random, `CRR_SEED=${seed} CRR_HISTORY=${history}`);
  }
  // Otherwise this would show little.
  if (only < 0) expect(resumed).toBeGreaterThan(HISTORIES);
});

interface Client extends LivesSite {
  /** Everything up to this db_version was sent. */
  sent: number;
}

interface Model {
  /** By row and life: what was added to the counter. */
  readonly sums: Map<string, bigint>;
  /** By row, life and site: the cells that the site wrote last. */
  readonly written: Map<string, { readonly version: bigint; readonly value: unknown }>;
}

/** Returns how often a row was created again of which this site had cells. */
async function runHistory(random: Random, label: string): Promise<number> {
  const server = await openLivesSite(LATEST);
  const clients: Client[] = [];
  for (let i = 0; i < 2; i++) clients.push({ ...(await openLivesSite(LATEST)), sent: 0 });
  const model: Model = { sums: new Map(), written: new Map() };
  let resumed = 0;
  for (let step = 0; step < STEPS; step++) {
    const client = random.pick(clients);
    const kind = random.int(20);
    if (kind < 3) await push(client, server);
    else if (kind < 5) await pull(server, client);
    else if (kind < 9) {
      const key = random.pick(KEYS);
      if (random.chance(0.6)) await push(client, server);
      await evict(client, key);
      if (random.chance(0.6)) {
        resumed += await write(client, model, () => createAgain(random, client, key));
      }
    } else if (kind === 9 && random.chance(0.3)) await client.db.$crr.rotateSiteId();
    else {
      const site = kind < 11 ? server : client;
      const run = random.chance(0.2)
        ? () => writeAtRandom(random, site).then(() => undefined)
        : () => adjust(random, site, random.pick(KEYS));
      resumed += await write(site, model, run);
    }
  }
  for (const client of clients) await push(client, server);
  for (const client of clients) await pull(server, client);
  // Rows that a client evicted and the server has deleted are on the server alone.
  const state = await livingState(server);
  for (const client of clients) expect(await livingState(client), label).toEqual(state);
  await checkAgainstModel(server, model, label);
  return resumed;
}

async function push(client: Client, server: LivesSite): Promise<void> {
  const version = await client.db.$crr.version();
  await server.db.$crr.apply(await client.db.$crr.changes({ since: client.sent }));
  client.sent = version;
}

/** Everything, this site's own changes included, as a server sends rows that come into view. */
async function pull(server: LivesSite, client: Client): Promise<void> {
  await client.db.$crr.transport.merge(await server.db.$crr.changes(), { ownReturn: true });
}

async function evict(client: Client, key: string): Promise<void> {
  await client.db.$crr.transport.merge([], {
    evict: {
      rows: [{ table: 't', pk: packKey([key]) }],
      sent: { cursor: client.sent, skip: [] },
    },
  });
}

interface Row {
  readonly life: bigint;
  readonly votes: bigint;
  /** What is kept of an evicted row. */
  readonly kept: bigint | undefined;
  readonly cells: ReadonlyMap<string, { readonly version: bigint; readonly value: unknown }>;
}

async function inspect({ client }: LivesSite, key: string): Promise<Row> {
  const args = { key };
  const { rows } = await client.execute({
    sql: 'SELECT causal_length AS life, votes FROM t__crr_clock LEFT JOIN t ON id = key_id WHERE key_id = :key',
    args,
  });
  const { rows: own } = await client.execute({
    sql: 'SELECT column_name, version, value FROM t__crr_cell WHERE key_id = :key AND site = (SELECT site FROM crr_state)',
    args,
  });
  const life = (rows[0]?.life as bigint | undefined) ?? 0n;
  const cells = new Map(
    own.map(({ column_name, version, value }) => [
      String(column_name),
      { version: version as bigint, value },
    ]),
  );
  const isAlive = life % 2n === 1n;
  const votes = isAlive ? (rows[0]!.votes as bigint) : 0n;
  const kept = isAlive || cells.size === 0 ? undefined : shareIn(cells);
  return { life, votes, kept, cells };
}

const shareIn = (cells: Row['cells']) => (cells.get('votes')?.value as bigint | undefined) ?? 0n;

/** By an insert, or by another row that gets the key. Returns the counter's value that it is created with. */
async function createAgain(random: Random, site: LivesSite, key: string): Promise<Added> {
  const votes = random.int(9) - 2;
  const from = random.pick(KEYS);
  const moved = await inspect(site, from);
  if (random.chance(0.25) && moved.life % 2n === 1n) {
    await site.client.execute(`UPDATE OR IGNORE t SET id = '${key}' WHERE id = '${from}'`);
    return { key, votes: moved.votes };
  }
  const tag = random.pick(['x', 'y', 'Z']);
  await site.client.execute(
    `INSERT OR IGNORE INTO t (id, title, votes, tag) VALUES ('${key}', 'again', ${votes}, '${tag}')`,
  );
  return { key, votes: BigInt(votes) };
}

/** Writes that go on with a row, or create it. */
async function adjust(random: Random, site: LivesSite, key: string): Promise<Added | undefined> {
  if ((await inspect(site, key)).life % 2n === 0n) return createAgain(random, site, key);
  const set = random.pick([
    () => `votes = votes + ${random.int(9) - 3}`,
    () => `tag = '${random.pick(['x', 'y', 'Z'])}'`,
    () => `votes = votes - 1, title = 'adjusted'`,
  ]);
  await site.client.execute(`UPDATE t SET ${set()} WHERE id = '${key}'`);
  return undefined;
}

/** The value with which a row was created that was not there. */
interface Added {
  readonly key: string;
  readonly votes: bigint;
}

async function write(
  site: LivesSite,
  model: Model,
  run: () => Promise<Added | undefined>,
): Promise<number> {
  const before = new Map<string, Row>();
  for (const key of KEYS) before.set(key, await inspect(site, key));
  const added = await run();
  const { rows } = await site.client.execute(
    'SELECT hex(site_id) AS id FROM crr_site JOIN crr_state ON ordinal = site',
  );
  const siteId = String(rows[0]!.id);
  let resumed = 0;
  for (const key of KEYS) {
    const [was, is] = [before.get(key)!, await inspect(site, key)];
    if (is.life % 2n === 0n) continue;
    const life = `${key}@${is.life}`;
    const isResumed = was.kept !== undefined && was.life + 1n === is.life;
    if (isResumed) resumed++;
    const had = isResumed ? was.kept! : was.life === is.life ? was.votes : 0n;
    const isCreated = added?.key === key && was.life % 2n === 0n;
    const more = isCreated ? added.votes : is.votes - had;
    model.sums.set(life, (model.sums.get(life) ?? 0n) + more);
    for (const [column, cell] of is.cells) {
      if (column === 'tag' && cell.version % 2n === 1n) continue; // Another site has overwritten it.
      model.written.set(`${life} ${siteId} ${column}`, cell);
    }
  }
  return resumed;
}

/** What is known of the rows that live. */
async function livingState(site: LivesSite): Promise<readonly string[]> {
  const dead = (line: string) => / v\d+ cl\d*[02468] $/.test(line);
  return (await stateOf(site)).filter((line) => !dead(line));
}

async function checkAgainstModel(server: LivesSite, model: Model, label: string): Promise<void> {
  for (const key of KEYS) {
    const { life, votes } = await inspect(server, key);
    if (life % 2n === 0n) continue;
    expect(votes, `${label}: ${key}`).toBe(model.sums.get(`${key}@${life}`));
    const { rows } = await server.client.execute({
      sql: 'SELECT column_name, hex(site_id) AS id, version, value FROM t__crr_cell JOIN crr_site ON ordinal = site WHERE key_id = ?',
      args: [key],
    });
    const stored = new Map(
      rows.map((row) => [`${String(row.id)} ${String(row.column_name)}`, row]),
    );
    for (const [id, { version, value }] of model.written) {
      const cell = `${key}@${life} `;
      if (!id.startsWith(cell)) continue;
      const found = stored.get(id.slice(cell.length))!;
      // A register's cell may be overwritten since, by a site that had seen it.
      const isMark = id.endsWith(' tag') && found.version === version + 1n;
      if (!isMark)
        expect([found.version, found.value], `${label}: ${id}`).toEqual([version, value]);
    }
  }
}

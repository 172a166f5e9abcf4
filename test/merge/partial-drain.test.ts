/**
 * A merge tries what waits for the rows that have changed, and not everything. It leaves the same database as one
 * that tries everything: random batches from trusted and limited sources, local writes and time passing, on a database
 * whose process remembers its last drain and on one whose process has always just begun.
 */
import type { Client } from '@libsql/client';
import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { blob, integer, primaryKey, text } from 'drizzle-orm/sqlite-core';
import { afterEach, expect, test, vi } from 'vitest';
import { TICKS } from '../../src/columns/lww-by-time/time.js';
import { type Change, counter, crrTable, lww, mvr, packKey, withCrr } from '../../src/index.js';
import { memoryClient } from '../support/client.js';
import { dump } from '../support/dump.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { openSite } from '../support/site.js';

const items = crrTable('items', {
  id: text('id').primaryKey().notNull(),
  owner: text('owner').notNull(),
  name: text('name').notNull(),
  title: text('title'),
  votes: counter('votes'),
  status: mvr(text('status')),
});
const pairs = crrTable(
  'pairs',
  {
    n: integer('n').notNull(),
    b: blob('b', { mode: 'buffer' }).notNull(),
    owner: text('owner').notNull(),
    name: text('name').notNull(),
  },
  ({ n, b }) => [primaryKey({ columns: [n, b] })],
);
const timed = crrTable('timed', {
  id: integer('id').primaryKey(),
  owner: text('owner').notNull(),
  edited: lww(text('edited'), { by: 'time' }),
});
const schema = { items, pairs, timed };
const MAX_DRIFT = 1_000;

const SEED = seedFromEnv();
const HISTORIES = numberFromEnv('CRR_HISTORIES', 4);
const STEPS = 30;

afterEach(() => {
  vi.useRealTimers();
});

const processOf = (client: Client) =>
  withCrr(drizzle({ client, schema }), { schema, maxDrift: MAX_DRIFT });
type Db = ReturnType<typeof processOf>;

async function server() {
  const client = memoryClient();
  await openSite(schema, client);
  await client.execute({
    sql: 'UPDATE crr_site SET site_id = ? WHERE ordinal = 1',
    args: [new Uint8Array(16).fill(9)],
  });
  return client;
}

/** A process that has just begun may have looked at what waits once more, of which crr_state has notes. Tokens are random. */
async function kept(client: Client): Promise<string> {
  const { rows } = await client.execute('SELECT db_version, seq, applying FROM crr_state');
  const lines = (await dump(client))
    .split('\n')
    .filter((line) => !/^ *crr_(state|apply|history)\(/.test(line));
  return [...lines, Object.values(rows[0]!).join()].join('\n');
}

const ownRows = (table: string) => ({ where: { sql: `"${table}"."owner" = ?`, args: ['ann'] } });
const SOURCES = {
  trusted: undefined,
  ann: { id: 'id:ann', tables: { items: ownRows('items'), pairs: ownRows('pairs'), timed: {} } },
  ben: { id: 'id:ben', tables: { items: { readOnly: ['title'] }, timed: ownRows('timed') } },
};

const siteOf = (n: number) => new Uint8Array(16).fill(n);
const CELLS: Readonly<Record<string, readonly string[]>> = {
  items: ['owner', 'name', 'title', 'votes', 'status', '-1'],
  pairs: ['owner', 'name', '-1'],
  timed: ['owner', 'edited', '-1'],
};

/** A change as some site may have made it. Values depend on the versions, so that no site contradicts itself. */
function randomChange(random: Random, now: number): Change {
  const table = random.pick(Object.keys(CELLS));
  const n = random.int(6);
  const pk =
    table === 'pairs'
      ? packKey([BigInt(n), Uint8Array.of(n, n)])
      : packKey([table === 'items' ? `k${n}` : BigInt(n)]);
  const cl = random.chance(0.85) ? 1 : random.pick([2, 3, 4]);
  const cid = cl % 2 === 0 ? '-1' : random.pick(CELLS[table]!);
  const site = 1 + random.int(3);
  const version = 1 + random.int(4);
  const change = { table, pk, cid, cl, site_id: siteOf(site), db_version: version, seq: 0 };
  const facts = `${n} ${cid} ${cl} ${version} ${site}`;
  switch (cid) {
    case '-1':
      return { ...change, val: null, col_version: cl };
    case 'owner':
      return { ...change, val: hash(facts) % 3 > 0 ? 'ann' : 'ben', col_version: version };
    case 'votes':
      return { ...change, val: BigInt(hash(facts) % 100), col_version: 3 * 2 ** 47 + version };
    case 'status':
      return { ...change, val: facts, col_version: 2 * 2 ** 47 + 2 * version };
    case 'edited': {
      const ahead = random.int(4) * 1_000 + random.int(MAX_DRIFT);
      const time = (now + ahead) * TICKS;
      return { ...change, val: `${time} ${site}`, col_version: time };
    }
    default:
      return { ...change, val: facts, col_version: version };
  }
}

type Step = (db: Db) => Promise<unknown>;

function randomStep(random: Random, now: number): Step {
  const kind = random.int(10);
  const n = random.int(6);
  if (kind === 0) {
    const values = { id: `k${n}`, owner: random.pick(['ann', 'ben']), name: 'local' };
    return (db) =>
      db.insert(items).values(values).onConflictDoUpdate({ target: items.id, set: values });
  }
  if (kind === 1) return (db) => db.delete(items).where(eq(items.id, `k${n}`));
  if (kind === 2) {
    return (db) =>
      db.run(sql`INSERT OR REPLACE INTO pairs VALUES (${n}, ${Buffer.of(n, n)}, 'ann', 'local')`);
  }
  const source = SOURCES[random.pick(Object.keys(SOURCES) as (keyof typeof SOURCES)[])];
  const length = kind === 3 ? 0 : 1 + random.int(4);
  const changes = Array.from({ length }, () => randomChange(random, now));
  return (db) => db.$crr.transport.merge(changes, { source });
}

test.each(Array.from({ length: HISTORIES }, (_, i) => i))(
  `history ${'%i'} of seed ${SEED} leaves the same as if everything were tried`,
  async (history) => {
    const random = new Random(hash(SEED, history));
    const start = 1_800_000_000_000;
    vi.useFakeTimers({ toFake: ['Date'], now: start });
    const [partial, full] = [await server(), await server()];
    const remembers = processOf(partial);
    for (let step = 0; step < STEPS; step++) {
      const now = start + step * 400;
      vi.setSystemTime(now);
      const run = randomStep(random, now);
      const results = [await run(remembers), await run(processOf(full))];
      expect(results[0], `step ${step}`).toEqual(results[1]);
      expect(await kept(partial), `step ${step}`).toBe(await kept(full));
    }
  },
);

/** Databases that forget deletes, among cr-sqlite peers that never do: exchange by hand, in a mesh. */
import { integer, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { type CrrDatabase, crrTable } from '../../src/index.js';
import { type OracleDb, openOracle } from '../support/oracle.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { openSite } from '../support/site.js';

const cards = crrTable('cards', {
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  rank: integer('rank'),
});

interface Member {
  readonly name: string;
  /** Up to which db_version it has read each of the others, by name. */
  readonly read: Map<string, number>;
  run(sql: string): Promise<unknown>;
  rows(): Promise<unknown[][]>;
  version(): Promise<number>;
  /** Merges what is new in another one. */
  pull(from: Member): Promise<void>;
  readonly changes: (since: number) => Promise<Awaited<ReturnType<OracleDb['changes']>>>;
  /** Undefined for cr-sqlite. */
  readonly $crr?: CrrDatabase['$crr'];
}

const SELECT = 'SELECT id, title, rank FROM cards ORDER BY id';

async function ours(name: string): Promise<Member> {
  const db = await openSite({ cards });
  const client = db.$client;
  const read = new Map<string, number>();
  return {
    ...{ name, read, $crr: db.$crr },
    run: (sql) => client.execute(sql),
    rows: async () => (await client.execute(SELECT)).rows.map((row) => Array.from(row as never)),
    version: () => db.$crr.version(),
    changes: async (since) => [...(await db.$crr.changes({ since })).changes],
    async pull(from) {
      const upTo = await from.version();
      await db.$crr.apply(await from.changes(read.get(from.name) ?? 0));
      read.set(from.name, upTo);
    },
  };
}

async function theirs(name: string): Promise<Member & { readonly db: OracleDb }> {
  const db = await openOracle();
  await db.exec('CREATE TABLE cards (id TEXT PRIMARY KEY NOT NULL, title TEXT, rank INTEGER)');
  await db.exec("SELECT crsql_as_crr('cards')");
  const read = new Map<string, number>();
  return {
    ...{ name, read, db },
    run: (sql) => db.run(sql),
    rows: async () =>
      (await db.all(SELECT)).map((row) =>
        row.map((value) => (typeof value === 'bigint' ? Number(value) : value)),
      ),
    version: async () => Number((await db.all('SELECT crsql_db_version()'))[0]![0]),
    changes: (since) => db.changes(since),
    async pull(from) {
      const upTo = await from.version();
      await db.apply(await from.changes(read.get(from.name) ?? 0));
      read.set(from.name, upTo);
    },
  };
}

function randomWrite(random: Random): string {
  const id = `'c${random.int(5)}'`;
  const title = random.pick(["'x'", "'y'", 'NULL']);
  return random.pick([
    `INSERT OR IGNORE INTO cards (id, title, rank) VALUES (${id}, ${title}, ${random.int(9)})`,
    `INSERT OR IGNORE INTO cards (id, title) VALUES (${id}, ${title})`,
    `UPDATE cards SET title = ${title} WHERE id = ${id}`,
    `UPDATE cards SET rank = ${random.int(9)} WHERE id = ${id}`,
    `DELETE FROM cards WHERE id = ${id}`,
    `DELETE FROM cards WHERE id = ${id}`,
  ]);
}

const tombstones = { forgotten: 0, reborn: 0 };
const histories = numberFromEnv('CRR_HISTORIES', 5);

test.each(Array.from({ length: histories }, (_, i) => hash('compaction', seedFromEnv(), i)))(
  'all end with the same rows, and no deleted row is back: seed %i',
  { timeout: 300_000 },
  async (seed) => {
    const random = new Random(seed);
    const members = [await ours('a'), await ours('b'), await theirs('p'), await theirs('q')];
    const others = (member: Member) => members.filter((other) => other !== member);
    for (let step = 0; step < numberFromEnv('CRR_STEPS', 80); step++) {
      const at = random.pick(members);
      if (random.chance(0.5)) await at.run(randomWrite(random));
      else if (random.chance(0.8)) await at.pull(random.pick(others(at)));
      else if (at.$crr !== undefined) {
        // Everybody has read it so far from here.
        const upTo = Math.min(...others(at).map(({ read }) => read.get(at.name) ?? 0));
        const { tombstones: forgotten } = await at.$crr.compact({ upTo });
        tombstones.forgotten += forgotten;
      }
    }
    for (let round = 0; round < 2; round++) {
      for (const to of members) for (const from of others(to)) await to.pull(from);
    }
    const [first, ...rest] = await Promise.all(members.map((member) => member.rows()));
    for (const rows of rest) expect(rows).toEqual(first);

    // Everything is deleted, and forgotten where that is possible. What is created then is a new row everywhere.
    await members[0]!.run('DELETE FROM cards');
    for (const to of others(members[0]!)) await to.pull(members[0]!);
    const upTo = await members[0]!.version();
    await members[0]!.$crr!.compact({ upTo });
    await members[0]!.run("INSERT INTO cards VALUES ('c0', 'new', 1), ('c1', 'new', 1)");
    await random.pick(members.slice(2)).run("INSERT INTO cards VALUES ('c2', 'of a peer', 2)");
    for (let round = 0; round < 2; round++) {
      for (const to of members) for (const from of others(to)) await to.pull(from);
    }
    for (const member of members) {
      expect(await member.rows()).toEqual([
        ['c0', 'new', 1],
        ['c1', 'new', 1],
        ['c2', 'of a peer', 2],
      ]);
    }
    tombstones.reborn++;
    for (const member of members) if ('db' in member) await (member.db as OracleDb).close();
  },
);

test('the histories have forgotten deletes', () => {
  expect(tombstones.reborn).toBe(histories);
  expect(tombstones.forgotten).toBeGreaterThan(0);
});

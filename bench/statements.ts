/** Statements and the ways to run them. Writes to a CRR are pinned to one db_version. */
import type { Client, InArgs, InStatement } from '@libsql/client';
import type Database from 'libsql';
import { PIN_SQL, UNPIN_SQL } from '../src/tables/state/table.js';
import type { Kind } from './database.js';
import { type Row, type Shape, TABLE } from './shapes.js';

/** Rows per multi-row statement. */
export const ROWS_PER_STATEMENT = 500;

const names = (columns: readonly string[]) => columns.map((column) => `"${column}"`).join(', ');
const marks = (count: number) => Array(count).fill('?').join(', ');
const keyIs = ({ key }: Shape) => key.map((column) => `"${column}" = ?`).join(' AND ');

export const insertSql = ({ key, columns }: Shape, rows = 1) =>
  `INSERT INTO ${TABLE} (${names([...key, ...columns])}) VALUES ${Array(rows)
    .fill(`(${marks(key.length + columns.length)})`)
    .join(', ')}`;

export const updateSql = (shape: Shape) =>
  `UPDATE ${TABLE} SET "${shape.columns[shape.updated - shape.key.length]}" = ? WHERE ${keyIs(shape)}`;

export const updateAllSql = (shape: Shape) =>
  `UPDATE ${TABLE} SET ${shape.columns.map((column) => `"${column}" = ?`).join(', ')} WHERE ${keyIs(shape)}`;

export const deleteSql = (shape: Shape) => `DELETE FROM ${TABLE} WHERE ${keyIs(shape)}`;

export const selectSql = (shape: Shape) => `SELECT * FROM ${TABLE} WHERE ${keyIs(shape)}`;

export const upsertSql = (shape: Shape, rows: number) =>
  `${insertSql(shape, rows)} ON CONFLICT (${names(shape.key)}) DO UPDATE SET ${shape.columns
    .map((column) => `"${column}" = excluded."${column}"`)
    .join(', ')}`;

/** Multi-row INSERTs, as Drizzle makes them from `insert().values([...])`. */
export function insertBulk(client: Client, shape: Shape, rows: readonly Row[], kind: Kind) {
  return inTransaction(client, kind, async (execute) => {
    for (const chunk of chunks(rows)) {
      await execute({ sql: insertSql(shape, chunk.length), args: chunk.flat() as InArgs });
    }
  });
}

/** One `execute` per row. The client prepares each statement again. */
export function executeEach(client: Client, sql: string, args: readonly Row[], kind: Kind) {
  return inTransaction(client, kind, async (execute) => {
    for (const row of args) await execute({ sql, args: row as InArgs });
  });
}

/** All statements in one `client.batch`. */
export async function batchEach(client: Client, sql: string, args: readonly Row[], kind: Kind) {
  const statements: InStatement[] = args.map((row) => ({ sql, args: row as InArgs }));
  await client.batch(kind === 'crr' ? [PIN_SQL, ...statements, UNPIN_SQL] : statements, 'write');
}

/** One prepared statement of the binding, run for each row. */
export function runEach(db: Database.Database, sql: string, args: readonly Row[], kind: Kind) {
  db.exec('BEGIN IMMEDIATE');
  if (kind === 'crr') db.exec(PIN_SQL);
  const statement = db.prepare(sql);
  for (const row of args) statement.run(row);
  if (kind === 'crr') db.exec(UNPIN_SQL);
  db.exec('COMMIT');
}

/** The baseline for applying: a plain multi-row upsert of the same rows in one batch. */
export async function upsertBulk(client: Client, shape: Shape, rows: readonly Row[]) {
  await client.batch(
    chunks(rows).map((chunk) => ({
      sql: upsertSql(shape, chunk.length),
      args: chunk.flat() as InArgs,
    })),
    'write',
  );
}

async function inTransaction(
  client: Client,
  kind: Kind,
  run: (execute: (statement: InStatement) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const tx = await client.transaction('write');
  try {
    if (kind === 'crr') await tx.execute(PIN_SQL);
    await run((statement) => tx.execute(statement));
    if (kind === 'crr') await tx.execute(UNPIN_SQL);
    await tx.commit();
  } finally {
    tx.close();
  }
}

export function chunks(rows: readonly Row[]): Row[][] {
  const result: Row[][] = [];
  for (let i = 0; i < rows.length; i += ROWS_PER_STATEMENT) {
    result.push(rows.slice(i, i + ROWS_PER_STATEMENT));
  }
  return result;
}

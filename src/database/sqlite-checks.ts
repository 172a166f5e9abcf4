import { statement } from '../sql/statement.js';
import type { Connection } from './connection.js';
import type { Finding } from './verify.js';

/** What SQLite finds by itself. */
export interface SqliteChecks {
  readonly findings: readonly Finding[];
  /** Checks that the engine does not have, or does not allow. */
  readonly skipped: readonly string[];
}

/** SQLite lists no more of them. */
const MOST = 100;

/** Runs SQLite's own checks. */
export async function checkSqlite(
  connection: Connection,
  /** Tables whose references this package checks itself. */
  settled: ReadonlySet<string>,
): Promise<SqliteChecks> {
  const findings: Finding[] = [];
  const skipped: string[] = [];
  const pragma = async (name: string) => {
    try {
      return (await connection.batch([statement(`PRAGMA ${name}`)], 'read')).flat();
    } catch {
      return undefined;
    }
  };
  const integrity =
    (await pragma(`integrity_check(${MOST})`)) ?? (await pragma(`quick_check(${MOST})`));
  if (integrity === undefined) skipped.push('integrity_check');
  for (const { 0: text } of integrity ?? []) {
    if (text === 'ok') continue;
    findings.push({
      ...{ code: 'sqlite-integrity', table: '', isRepairable: false },
      ...{ found: String(text), expected: 'ok' },
    });
  }
  const references = await pragma('foreign_key_check');
  if (references === undefined) skipped.push('foreign_key_check');
  for (const { 0: table, 1: rowid, 2: parent } of references ?? []) {
    if (settled.has(String(table))) continue;
    findings.push({
      ...{ code: 'foreign-key', table: String(table), isRepairable: false },
      ...(rowid !== null && { key: { rowid: String(rowid) } }),
      found: `a reference to a row of "${String(parent)}" that does not exist`,
      expected: 'a row, or NULL',
    });
  }
  return { findings, skipped };
}

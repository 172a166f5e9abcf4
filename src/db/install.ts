import { type Statement, statement } from '../changes/statement.js';
import { CrrDatabaseError } from '../errors.js';
import type { CrrSchema } from '../schema/read-schema.js';
import type { TableSpec } from '../schema/table-spec.js';
import { beginApplySql, endApplySql } from '../sql/applying.js';
import { backfillStatements } from '../sql/backfill.js';
import { bookkeepingStatements, SQL_FORMAT } from '../sql/bookkeeping.js';
import { addClockColumnsStatements } from '../sql/clock-table.js';
import { tableStatements, tableTriggers } from '../sql/install.js';
import { gateTableStatement } from '../sql/merge-gate.js';
import {
  clockTable,
  mergeGate,
  PEER_TABLE,
  STATE_TABLE,
  triggerPrefix,
  versionOf,
} from '../sql/names.js';
import { drainPendingStatements } from '../sql/pending.js';
import { quoteName, quoteText } from '../sql/quote.js';
import type { Connection } from './connection.js';

/** What a database holds of a schema's CRRs, as sqlite_master and the clock tables tell it. */
interface Installed {
  readonly objects: ReadonlyMap<string, { readonly type: string; readonly sql: string }>;
  readonly clockColumns: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Brings a database's bookkeeping and triggers to what the schema asks for, in one transaction;
 * where they are so already, nothing is written. Rows without a clock get one.
 *
 * @throws {CrrDatabaseError} where a base table is missing, or a newer version of this package
 * made the bookkeeping.
 */
export async function install(connection: Connection, schema: CrrSchema): Promise<void> {
  const specs = [...schema.tables.values()].map(({ spec }) => spec);
  const installed = await inspect(connection, specs);
  for (const { name } of specs) {
    if (!installed.objects.has(name)) {
      throw new CrrDatabaseError(
        'CRR_DATABASE_TABLE_MISSING',
        `the database has no table "${name}": run your migrations (or drizzle-kit push) before $crr.install()`,
      );
    }
  }
  await refuseNewerFormat(connection, installed);
  // crr_peer came last: a database that lacks it was installed before there was sync.
  const shared = installed.objects.has(PEER_TABLE) ? [] : bookkeepingStatements();
  const statements = [...shared, ...specs.flatMap((spec) => tableUpdate(spec, installed))];
  if (statements.length === 0 && (await allRowsHaveClocks(connection, specs))) return;
  const backfill = specs.flatMap(backfillStatements);
  await connection.batch(
    [...statements, ...backfill, ...applyPending(specs)].map((sql) => statement(sql)),
    'write',
  );
}

async function inspect(connection: Connection, specs: readonly TableSpec[]): Promise<Installed> {
  const columns = (table: string): Statement =>
    statement(`SELECT name FROM pragma_table_info(${quoteText(table)})`);
  const [objects, ...tables] = await connection.batch(
    [
      statement('SELECT type, name, sql FROM sqlite_master'),
      ...specs.map(({ name }) => columns(clockTable(name))),
    ],
    'read',
  );
  return {
    objects: new Map(
      objects!.map((row) => [String(row[1]), { type: String(row[0]), sql: String(row[2]) }]),
    ),
    clockColumns: new Map(
      specs.map(({ name }, i) => [name, new Set(tables[i]!.map((row) => String(row[0])))]),
    ),
  };
}

async function refuseNewerFormat(connection: Connection, installed: Installed): Promise<void> {
  if (!installed.objects.has(STATE_TABLE)) return;
  const [rows] = await connection.batch([statement(`SELECT format FROM ${STATE_TABLE}`)], 'read');
  const format = Number(rows![0]?.[0]);
  if (format !== SQL_FORMAT) {
    throw new CrrDatabaseError(
      'CRR_DATABASE_FORMAT',
      `the bookkeeping of this database has format ${format}, this version of drizzle-crr writes format ${SQL_FORMAT}: use the version that made it`,
    );
  }
}

/** The statements that bring one table's parts up to date; empty where they are. */
function tableUpdate(spec: TableSpec, installed: Installed): string[] {
  const statements: string[] = [];
  const clockColumns = installed.clockColumns.get(spec.name)!;
  const triggers = tableTriggers(spec);
  const gate = mergeGate(spec.name);
  const gateSql = gateTableStatement(spec);
  const dropTrigger = (name: string) => `DROP TRIGGER ${quoteName(name)}`;

  // A gate whose columns changed is made anew: it holds no rows. Its triggers go with it.
  const oldGate = installed.objects.get(gate);
  const gateIsOld = oldGate !== undefined && !sameTable(oldGate.sql, gateSql);
  const wanted = new Map(triggers.map(({ name, sql }) => [name, sql]));
  const isMine = (name: string) => name.startsWith(triggerPrefix(spec.name));
  const present = new Set<string>();
  for (const [name, { type, sql }] of installed.objects) {
    if (type !== 'trigger' || !isMine(name)) continue;
    if (sql === wanted.get(name) && !gateIsOld) present.add(name);
    else statements.push(dropTrigger(name));
  }
  if (gateIsOld) statements.push(`DROP TABLE ${quoteName(gate)}`);
  if (clockColumns.size === 0 || oldGate === undefined || gateIsOld) {
    statements.push(...tableStatements(spec));
  }
  if (clockColumns.size > 0) {
    for (const { name } of spec.columns) {
      if (!clockColumns.has(versionOf(name))) {
        statements.push(...addClockColumnsStatements(spec, name));
      }
    }
  }
  for (const { name, sql } of triggers) if (!present.has(name)) statements.push(sql);
  return statements;
}

/** sqlite_master stores a table's text without IF NOT EXISTS. */
const sameTable = (stored: string, statement: string) =>
  stored === statement.replace('CREATE TABLE IF NOT EXISTS', 'CREATE TABLE');

async function allRowsHaveClocks(
  connection: Connection,
  specs: readonly TableSpec[],
): Promise<boolean> {
  const counts = await connection.batch(
    specs.map((spec) =>
      statement(
        `SELECT (SELECT count(*) FROM ${quoteName(spec.name)}), (SELECT count(*) FROM ${quoteName(clockTable(spec.name))} WHERE cl % 2 = 1)`,
      ),
    ),
    'read',
  );
  return counts.every((rows) => Number(rows[0]![0]) === Number(rows[0]![1]));
}

/** What waited for these tables and columns is applied now that they are there. */
function applyPending(specs: readonly TableSpec[]): string[] {
  return [beginApplySql(), ...specs.flatMap(drainPendingStatements), endApplySql(specs)];
}

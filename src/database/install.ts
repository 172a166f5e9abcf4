import { DEFAULT_MAX_DRIFT, greatestVersion } from '../columns/lww/timed-version.js';
import { CrrDatabaseError } from '../errors.js';
import type { CrrSchema } from '../model/schema.js';
import { isTimed, type TableSpec } from '../model/table-spec.js';
import { clockTable, STATE_TABLE } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';
import { statement } from '../sql/statement.js';
import { alterSql, applyPendingStatements } from '../tables/alter.js';
import { bookkeepingStatements, SQL_FORMAT } from '../tables/bookkeeping.js';
import { backfillStatements, settleStatements } from '../tables/clock/backfill.js';
import { differences } from '../tables/differences.js';
import type { Connection } from './connection.js';
import { type Inspected, inspect } from './inspect.js';

/**
 * Brings a database's bookkeeping and triggers to what the schema asks for, in one transaction;
 * where they are so already, nothing is written. Rows without a clock get one, clocks without a row
 * become tombstones. What remains of tables that are gone, or are plain now, is dropped.
 *
 * @throws {CrrDatabaseError} where a base table is missing, or a newer version of this package
 * made the bookkeeping.
 */
export async function install(
  connection: Connection,
  schema: CrrSchema,
  greatestTime: number = greatestVersion(Date.now(), DEFAULT_MAX_DRIFT),
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await installOnce(connection, schema, greatestTime);
    } catch (error) {
      // Several processes may install at once, as when they all start: what one made, others find.
      const madeMeanwhile = /already exists|duplicate column name|no such (trigger|table)/;
      if (attempt === MAX_ATTEMPTS || !madeMeanwhile.test(String(error))) throw error;
    }
  }
}

const MAX_ATTEMPTS = 3;

async function installOnce(
  connection: Connection,
  schema: CrrSchema,
  greatestTime: number,
): Promise<void> {
  const specs = [...schema.tables.values()];
  const inspected = await inspect(connection, specs);
  for (const { name } of specs) {
    if (inspected.baseColumns.get(name)!.size === 0) {
      throw new CrrDatabaseError(
        'CRR_DATABASE_TABLE_MISSING',
        `the database has no table "${name}": run your migrations (or drizzle-crr push) before $crr.install()`,
      );
    }
  }
  if (inspected.hasBookkeeping) await refuseOtherFormat(connection);
  const steps = [
    ...removals(inspected, schema),
    ...specs.flatMap((spec) => tableSteps(spec, inspected)),
  ];
  const rowsMatch = steps.length === 0 && (await clocksMatchRows(connection, specs));
  // What was ahead of its time may be due by now.
  const mayHold = specs.some((spec) => spec.clockColumns.some(isTimed));
  if (inspected.hasAllBookkeeping && rowsMatch && !mayHold) return;
  const statements = [
    ...(inspected.hasAllBookkeeping ? [] : bookkeepingStatements()),
    ...steps,
    ...specs.flatMap((spec) => [...backfillStatements(spec), ...settleStatements(spec)]),
    ...applyPendingStatements(specs, String(greatestTime)),
  ];
  await connection.batch(
    statements.map((sql) => statement(sql)),
    'write',
  );
}

async function refuseOtherFormat(connection: Connection): Promise<void> {
  const [rows] = await connection.batch([statement(`SELECT format FROM ${STATE_TABLE}`)], 'read');
  const format = Number(rows![0]?.[0]);
  if (format !== SQL_FORMAT) {
    throw new CrrDatabaseError(
      'CRR_DATABASE_FORMAT',
      `the bookkeeping of this database has format ${format}, this version of drizzle-crr writes format ${SQL_FORMAT}: use the version that made it`,
    );
  }
}

function tableSteps(spec: TableSpec, inspected: Inspected): string[] {
  const parts = inspected.parts.get(spec.name)!;
  if (differences(parts, spec).length === 0) return [];
  const { begin, commit } = alterSql({ from: { table: spec.name, parts }, to: spec });
  return [...begin, ...commit];
}

/** A table that the schema does not mention, and that exists, is somebody else's CRR: it stays. */
function removals({ others }: Inspected, schema: CrrSchema): string[] {
  return [...others].flatMap(([table, { parts, exists }]) => {
    if (exists && !schema.plainTables.has(table)) return [];
    const { begin, commit } = alterSql({ from: { table, parts }, to: undefined });
    return [...begin, ...commit];
  });
}

/** Whether each table has as many rows as living clocks. */
export async function clocksMatchRows(
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

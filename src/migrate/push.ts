import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_MAX_DRIFT, greatestTime } from '../columns/lww-by-time/time.js';
import type { Connection } from '../database/connection.js';
import { install } from '../database/install.js';
import { CrrMigrateError } from '../errors.js';
import { tableOfTrigger } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';
import { statement } from '../sql/statement.js';
import { checkDatabase } from './check.js';
import type { Project } from './config.js';
import { runDrizzleKit, type Terminal } from './drizzle-kit.js';
import { projectSchema } from './project-schema.js';

/** Hides the bookkeeping from drizzle-kit push and pull, which drop what the schema does not name. */
export const TABLES_FILTER = '!*crr_*';

/**
 * For development: lets drizzle-kit bring the database to the schema without migrations, and keeps
 * the CRR parts. The triggers are taken away first, since a column they name cannot be dropped; if
 * drizzle-kit fails they are put back.
 *
 * @throws {CrrMigrateError} where drizzle-kit left the database other than the schema.
 */
export async function push(
  project: Project,
  connection: Connection,
  args: readonly string[],
  terminal: Terminal,
): Promise<void> {
  const schema = projectSchema(project);
  const triggers = await readTriggers(connection);
  await runAll(
    connection,
    triggers.map(({ name }) => `DROP TRIGGER IF EXISTS ${quoteName(name)}`),
  );
  const folder = mkdtempSync(join(tmpdir(), 'drizzle-crr-'));
  try {
    // drizzle-kit takes a config or flags, never both, so the filter goes into a config of its own.
    const config = join(folder, 'drizzle.config.json');
    writeFileSync(config, JSON.stringify(withFilter(project.config)));
    const { exitCode } = await runDrizzleKit(
      project.cwd,
      ['push', '--config', config, ...args],
      terminal,
    );
    const missing = (await checkDatabase(connection, schema)).filter(
      ({ kind }) => kind === 'table-missing' || kind === 'column-missing',
    );
    if (exitCode !== 0 || missing.length > 0) {
      const what = missing.map(({ table, message }) => `${table}: ${message}`).join('; ');
      throw new CrrMigrateError(
        'CRR_MIGRATE_DRIZZLE_KIT',
        `drizzle-kit push did not bring the database to the schema (${what || `it ended with ${exitCode}`}); what it said stands above`,
      );
    }
    await install(connection, {
      schema,
      greatestTime: greatestTime(Date.now(), DEFAULT_MAX_DRIFT),
    });
  } catch (error) {
    await putBack(connection, triggers);
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function withFilter(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const filter = [config.tablesFilter ?? []].flat() as string[];
  return {
    ...config,
    tablesFilter: filter.includes(TABLES_FILTER) ? filter : [...filter, TABLES_FILTER],
  };
}

interface Trigger {
  readonly name: string;
  readonly sql: string;
}

async function readTriggers(connection: Connection): Promise<Trigger[]> {
  const [rows] = await connection.batch(
    [statement("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")],
    'read',
  );
  return rows!
    .map((row) => ({ name: String(row[0]), sql: String(row[1]) }))
    .filter(({ name }) => tableOfTrigger(name) !== undefined);
}

/** One by one: those of a table that is gone cannot come back, and the others should. */
async function putBack(connection: Connection, triggers: readonly Trigger[]): Promise<void> {
  const there = new Set((await readTriggers(connection)).map(({ name }) => name));
  for (const { name, sql } of triggers) {
    if (there.has(name)) continue;
    await runAll(connection, [sql]).catch(() => {});
  }
}

async function runAll(connection: Connection, statements: readonly string[]): Promise<void> {
  if (statements.length === 0) return;
  await connection.batch(
    statements.map((sql) => statement(sql)),
    'write',
  );
}

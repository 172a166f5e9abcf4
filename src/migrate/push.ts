import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '../database/connection.js';
import { requireFormat } from '../database/format.js';
import { type Inspected, inspect } from '../database/inspect.js';
import { install } from '../database/install.js';
import { CrrMigrateError } from '../errors.js';
import { type Statement, statement } from '../sql/statement.js';
import { dropTrigger } from '../tables/trigger.js';
import { checkDatabase } from './check.js';
import type { Project } from './config.js';
import { runDrizzleKit, type Terminal } from './drizzle-kit.js';
import { projectSchema } from './project-schema.js';

/** Hides the bookkeeping from drizzle-kit push, which drops tables that the schema does not declare. */
export const TABLES_FILTER = '!*crr_*';

/**
 * For development: lets drizzle-kit change the database to match the schema without migrations, then
 * updates the CRR parts. The triggers are dropped first, because a column that a trigger names cannot
 * be dropped; if drizzle-kit fails, they are created again.
 *
 * @throws {CrrMigrateError} if the database does not match the schema afterwards.
 * @throws {CrrDatabaseError} CRR_DATABASE_FORMAT if its bookkeeping has another format; nothing is changed then.
 */
export async function push(
  project: Project,
  connection: Connection,
  args: readonly string[],
  terminal: Terminal,
): Promise<void> {
  const schema = projectSchema(project);
  const inspected = await inspect(connection, []);
  if (inspected.hasBookkeeping) await requireFormat(connection);
  const triggers = triggersIn(inspected);
  await runAll(
    connection,
    [...triggers.keys()].map((name) => statement(dropTrigger(name))),
  );
  const folder = mkdtempSync(join(tmpdir(), 'drizzle-crr-'));
  try {
    // drizzle-kit takes a config or flags, never both, so the filter needs a config of its own.
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
        `after drizzle-kit push the database does not match the schema (${what || `it exited with code ${exitCode}`}); see its output above`,
      );
    }
    await install(connection, schema);
  } catch (error) {
    await recreate(connection, triggers);
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

/** The texts of all triggers of CRRs by name, of a database that was inspected for no schema. */
function triggersIn({ others }: Inspected): ReadonlyMap<string, string> {
  return new Map([...others.values()].flatMap(({ actual }) => [...actual.triggers]));
}

/** One by one, because those of a dropped table cannot be created, and the others still must. */
async function recreate(
  connection: Connection,
  triggers: ReadonlyMap<string, string>,
): Promise<void> {
  const there = triggersIn(await inspect(connection, []));
  for (const [name, sql] of triggers) {
    if (there.has(name)) continue;
    await runAll(connection, [statement(sql)]).catch(() => {});
  }
}

async function runAll(connection: Connection, statements: readonly Statement[]): Promise<void> {
  if (statements.length > 0) await connection.batch(statements, 'write');
}

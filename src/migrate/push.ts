import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '../database/connection.js';
import { requireFormat } from '../database/format.js';
import { type Inspected, inspect } from '../database/inspect.js';
import { install } from '../database/install.js';
import { CrrMigrateError } from '../errors.js';
import type { CrrSchema } from '../model/schema.js';
import { tableOfTrigger } from '../sql/names.js';
import { type Statement, statement } from '../sql/statement.js';
import { decodeSpec } from '../tables/catalog/table.js';
import { dropMerging } from '../tables/merging.js';
import { nameWitness } from '../tables/name-witness.js';
import { dropTrigger, type TriggerSql } from '../tables/trigger.js';
import { checkDatabase } from './check.js';
import type { Project } from './config.js';
import { type DrizzleKitRun, runDrizzleKit, type Terminal } from './drizzle-kit.js';
import { projectSchema } from './project-schema.js';

/** Hides the bookkeeping from drizzle-kit push, which drops tables that the schema does not declare. */
export const TABLES_FILTER = '!*crr_*';

/**
 * For development: lets drizzle-kit change the database to match the schema without migrations, then
 * updates the CRR parts. The triggers are dropped first, because a column that a trigger names cannot
 * be dropped; one that shows what is renamed stands in for them. If drizzle-kit fails, they are created again.
 *
 * @throws {CrrMigrateError} if the database does not match the schema afterwards.
 * @throws {CrrDatabaseError} CRR_DATABASE_FORMAT if its bookkeeping has another format; nothing is changed then.
 */
export async function push(
  project: Project,
  connected: Connected,
  args: readonly string[],
  terminal: Terminal,
): Promise<void> {
  const schema = projectSchema(project);
  const removed = await connected(removeTriggers);
  try {
    const { exitCode } = await pushByKit(project, args, terminal);
    await connected(async (connection) => {
      await requirePushed(connection, schema, exitCode);
      await install(connection, schema);
      // Tables that the schema does not mention and drizzle-kit was not to see are somebody else's CRRs.
      await recreate(connection, { ...removed, triggers: ofOthers(removed.triggers, schema) });
    });
  } catch (error) {
    await connected((connection) => recreate(connection, removed));
    throw error;
  }
}

/** Opens the database for as long as a function runs: some engines let nobody else open the file meanwhile. */
export type Connected = <T>(run: (connection: Connection) => Promise<T>) => Promise<T>;

/** What was there before drizzle-kit ran. */
interface Removed {
  /** The texts of triggers by name. */
  readonly triggers: ReadonlyMap<string, string>;
  /** Triggers that stand in for them, and show what is renamed. */
  readonly witnesses: readonly TriggerSql[];
}

async function removeTriggers(connection: Connection): Promise<Removed> {
  const inspected = await inspect(connection, []);
  if (inspected.hasBookkeeping) await requireFormat(connection);
  const triggers = triggersIn(inspected);
  const witnesses = witnessesOf(inspected);
  await runAll(connection, [
    ...[...triggers.keys()].map((name) => statement(dropTrigger(name))),
    ...[...inspected.others.values()].flatMap(({ actual }) =>
      dropMerging(actual.merging.keys()).map((sql) => statement(sql)),
    ),
    ...witnesses.map(({ sql }) => statement(sql)),
  ]);
  return { triggers, witnesses };
}

async function pushByKit(
  project: Project,
  args: readonly string[],
  terminal: Terminal,
): Promise<DrizzleKitRun> {
  const folder = mkdtempSync(join(tmpdir(), 'drizzle-crr-'));
  try {
    // drizzle-kit takes a config or flags, never both, so the filter needs a config of its own.
    const config = join(folder, 'drizzle.config.ts');
    writeFileSync(config, `export default ${JSON.stringify(withFilter(project.config))};`);
    return await runDrizzleKit(project.cwd, ['push', '--config', config, ...args], terminal);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function requirePushed(
  connection: Connection,
  schema: CrrSchema,
  exitCode: number,
): Promise<void> {
  const missing = (await checkDatabase(connection, schema)).filter(
    ({ kind }) => kind === 'table-missing' || kind === 'column-missing',
  );
  if (exitCode === 0 && missing.length === 0) return;
  const what = missing.map(({ table, message }) => `${table}: ${message}`).join('; ');
  throw new CrrMigrateError(
    'CRR_MIGRATE_DRIZZLE_KIT',
    `after drizzle-kit push the database does not match the schema (${what || `it exited with code ${exitCode}`}); see its output above`,
  );
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

/** For the CRRs whose description is in the database: triggers that show what drizzle-kit renames. */
function witnessesOf({ others }: Inspected): TriggerSql[] {
  return [...others.values()].flatMap(({ actual: { recorded }, exists }) =>
    exists && recorded !== undefined ? [nameWitness(decodeSpec(recorded))] : [],
  );
}

function ofOthers(
  triggers: ReadonlyMap<string, string>,
  schema: CrrSchema,
): ReadonlyMap<string, string> {
  return new Map([...triggers].filter(([name]) => !schema.tables.has(tableOfTrigger(name)!)));
}

/** One by one, because those of a dropped table cannot be created, and the others still must. */
async function recreate(connection: Connection, { triggers, witnesses }: Removed): Promise<void> {
  await runAll(
    connection,
    witnesses.map(({ name }) => statement(dropTrigger(name))),
  );
  const there = triggersIn(await inspect(connection, []));
  for (const [name, sql] of triggers) {
    if (there.has(name)) continue;
    await runAll(connection, [statement(sql)]).catch(() => {});
  }
}

async function runAll(connection: Connection, statements: readonly Statement[]): Promise<void> {
  if (statements.length > 0) await connection.batch(statements, 'write');
}

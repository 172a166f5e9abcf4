import { CrrMigrateError, CrrUsageError } from '../errors.js';
import { composeMigration, drizzleStatements } from './compose.js';
import { CONFIG_FLAGS, type Project } from './config.js';
import {
  type DrizzleKit,
  drizzleKitOf,
  requireLayout,
  runDrizzleKit,
  type Terminal,
} from './drizzle-kit.js';
import { fixRebuilds } from './fix-rebuild.js';
import { type Folded, foldMigrations, growingTables, touchedTables } from './fold.js';
import { readFolder } from './folder.js';
import { droppedTables, formerTable } from './former-table.js';
import { keepRows } from './keep-rows.js';
import { howToDelete, joinChunks, type Migration } from './migration.js';
import { planAlter } from './plan.js';
import { projectSchema } from './project-schema.js';
import { refuseBreakpoints } from './refuse-breakpoints.js';
import { followedBy, NO_RENAMES } from './renames.js';
import { FolderBackup, replaceFile } from './restore.js';
import { setViewsAside } from './views.js';

export interface GenerateOptions {
  /** Name of the migration, if the user gave one. */
  readonly name: string | undefined;
  /** How drizzle-kit numbers the migration, if the user chose. */
  readonly prefix: string | undefined;
  /** The user asked for an empty migration. */
  readonly custom: boolean;
  /** A database has run migrations without CRR steps: the new migration makes up for them. */
  readonly repair: boolean;
}

export interface Generated {
  /** Path of the migration; undefined if nothing had changed. */
  readonly file: string | undefined;
  /** What the migration does to each CRR, a line each; empty if it changes none. */
  readonly summary: readonly string[];
  /** An earlier run was interrupted, and the files that it left were removed first. */
  readonly recovered: boolean;
}

/**
 * Lets drizzle-kit write a migration and puts the CRR steps around its statements. A change that
 * drizzle-kit has no statement for (a table becomes a CRR) gets a migration of its own.
 *
 * @throws {CrrMigrateError} if that fails; the migrations folder is then as it was.
 */
export async function generate(
  project: Project,
  options: GenerateOptions,
  terminal: Terminal,
): Promise<Generated> {
  const kit = drizzleKitOf(project.cwd);
  requirePrefix(kit, options.prefix);
  const backup = new FolderBackup(project.out);
  const recovered = backup.recover();
  requireLayout(project.out, kit);
  const before = readFolder(project.out);
  const folded = foldMigrations(before);
  refuseUncarried(folded, options.repair);
  const wanted = [...projectSchema(project).tables.values()];
  const planFor = (migration: Migration | undefined, kept: Iterable<string> = []) =>
    planAlter({
      state: folded.state,
      wanted,
      renames: followedBy(folded.renames, migration?.renames ?? NO_RENAMES),
      touched: new Set([
        ...(migration ? touchedTables(migration.sql, folded.state.keys()) : []),
        ...kept,
      ]),
      repair: folded.touched,
      growing: new Set(migration ? growingTables(migration.sql, [...folded.state.keys()]) : []),
      formerTable: (to) => formerTable(to, before, migration),
      dropped: droppedTables(before, migration),
    });
  backup.begin();
  try {
    let migration = await runGenerate(project, kit, before, kitArgs(project, options), terminal);
    if (migration === undefined) {
      if (planFor(undefined) === undefined) {
        backup.restore();
        return { file: undefined, summary: [], recovered };
      }
      const args = kitArgs(project, { ...options, custom: true, name: options.name ?? 'crr' });
      migration = await runGenerate(project, kit, before, args, terminal);
      if (migration === undefined) throw kitFailed('it wrote no custom migration');
    }
    refuseBreakpoints(migration.tables);
    const statements = drizzleStatements(migration.sql);
    const copies = fixRebuilds(statements, migration, before.at(-1));
    const kept = keepRows(copies, migration, before.at(-1));
    const fixed = setViewsAside(kept.statements, migration, before.at(-1));
    const plan = planFor(migration, kept.tables);
    if (plan !== undefined) replaceFile(migration.sqlFile, composeMigration(fixed, plan));
    else if (fixed.join() !== statements.join()) {
      replaceFile(migration.sqlFile, joinChunks(fixed));
    }
    // Read it back as the next run will, so that a mistake shows now.
    foldMigrations(readFolder(project.out));
    backup.keep();
    return { file: migration.sqlFile, summary: plan?.summary ?? [], recovered };
  } catch (error) {
    backup.restore();
    throw error;
  }
}

/** drizzle-kit's flags for this project and this migration. */
function kitArgs(
  { config, configFile }: Project,
  { name, prefix, custom }: Omit<GenerateOptions, 'repair'>,
): string[] {
  const values =
    configFile === undefined
      ? CONFIG_FLAGS.map((flag) => [flag, config[flag]] as const)
      : [['config', configFile] as const];
  const args = [...values, ['name', name] as const, ['prefix', prefix] as const].flatMap(
    ([flag, value]) => (value === undefined ? [] : [`--${flag}=${value}`]),
  );
  return custom ? [...args, '--custom'] : args;
}

/**
 * Runs drizzle-kit generate and returns the migration that it added, if any. Its exit code is no
 * help (0.31 exits with 0 even if the schema throws), so the folder is compared.
 */
async function runGenerate(
  project: Project,
  { line }: DrizzleKit,
  before: readonly Migration[],
  args: readonly string[],
  terminal: Terminal,
): Promise<Migration | undefined> {
  await line.untilNext?.(before);
  const run = await runDrizzleKit(project.cwd, ['generate', ...args], terminal);
  const after = readFolder(project.out);
  const known = new Set(before.map(({ tag }) => tag));
  const added = after.filter(({ tag }) => !known.has(tag));
  const texts = new Map(after.map(({ tag, sql }) => [tag, sql]));
  if (added.length > 1 || before.some(({ tag, sql }) => texts.get(tag) !== sql))
    throw kitFailed('it changed migrations that were there before, or added more than one');
  if (added[0] !== undefined) {
    if (run.exitCode !== 0) throw kitFailed(`it exited with code ${run.exitCode}`);
    if (added[0] === after.at(-1)) return added[0];
    throw kitFailed(
      `the new one would run before ${after.at(-1)!.tag}, whose name has a later time: set the clock of this computer`,
    );
  }
  // Its output went to the terminal. Run without one, it asks nothing, and the output can be read.
  const output =
    run.output ??
    (await runDrizzleKit(project.cwd, ['generate', ...args], quiet(terminal))).output!;
  if (/No schema changes/.test(output)) return undefined;
  if (line.unanswered.test(output)) {
    if (terminal.isTTY) throw kitFailed('its question was not answered');
    throw kitFailed(
      'it asks whether a table or column was renamed, and there is no terminal to answer in: run drizzle-crr generate in a terminal',
    );
  }
  if (line.conflicting.test(output)) {
    throw kitFailed(
      `${line.conflict}, as happens when two git branches are merged. Make the last one again: ${howToDelete(before.slice(-1))}, then run drizzle-crr generate`,
    );
  }
  throw kitFailed(
    run.exitCode === 0
      ? 'it wrote nothing; see its output above'
      : `it exited with code ${run.exitCode}`,
  );
}

/** @throws {CrrUsageError} if drizzle-kit has no such option: it numbers by time alone. */
function requirePrefix({ line }: DrizzleKit, prefix: string | undefined): void {
  if (prefix === undefined || line.takesPrefix) return;
  throw new CrrUsageError(
    'CRR_USAGE_OPTION',
    `--prefix is not known to ${line.name}, which begins the names of migrations with their time: remove it`,
  );
}

const quiet = (terminal: Terminal): Terminal => ({
  ...terminal,
  env: terminal.env,
  isTTY: false,
  stdout: () => {},
  stderr: () => {},
});

function kitFailed(reason: string): CrrMigrateError {
  return new CrrMigrateError(
    'CRR_MIGRATE_DRIZZLE_KIT',
    `drizzle-kit generate made no migration, and the migrations folder is unchanged: ${reason}`,
  );
}

/** Statements that SQLite refuses while triggers are on the table. */
const FAILS_WITH_TRIGGERS = /\b__new_|\bDROP COLUMN\b/i;

function refuseUncarried({ uncarried, touched }: Folded, repair: boolean): void {
  if (uncarried.length === 0) return;
  const impossible = uncarried.filter(({ sql }) => FAILS_WITH_TRIGGERS.test(sql));
  if (repair && impossible.length === 0) return;
  const tags = (migrations: readonly Migration[]) => migrations.map(({ tag }) => tag).join(', ');
  const tables = [...touched].map((name) => `"${name}"`).join(', ');
  const advice =
    impossible.length > 0
      ? `${tags(impossible)} cannot run, because SQLite refuses it while the triggers are there: ${howToDelete(impossible)}, then run drizzle-crr generate`
      : `If a database has run it, run drizzle-crr generate --repair, which makes up for it in a new migration. If not, ${howToDelete(uncarried)}, then run drizzle-crr generate`;
  throw new CrrMigrateError(
    'CRR_MIGRATE_UNCARRIED',
    `drizzle-kit alone wrote ${tags(uncarried)}, which changes ${tables} without the CRR steps. ${advice}`,
  );
}

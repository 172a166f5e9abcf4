import { CrrMigrateError } from '../errors.js';
import { composeMigration, drizzleStatements } from './compose.js';
import type { Project } from './config.js';
import { runDrizzleKit, type Terminal } from './drizzle-kit.js';
import { type Folded, foldMigrations, touchedTables } from './fold.js';
import { type Migration, readFolder } from './folder.js';
import { mendRebuilds } from './mend-rebuild.js';
import { planAlter } from './plan.js';
import { projectSchema } from './project-schema.js';
import { followedBy, NO_RENAMES } from './renames.js';
import { FolderGuard, replaceFile } from './restore.js';

export interface GenerateOptions {
  /** drizzle-kit's own flags, handed on as they are. */
  readonly args: readonly string[];
  /** The user asked for an empty migration. */
  readonly custom: boolean;
  /** Name of the migration, where the user gave one. */
  readonly name: string | undefined;
  /** Migrations without CRR steps have run somewhere: make up for them in the new one. */
  readonly repair: boolean;
}

export interface Generated {
  /** Path of the migration; undefined where nothing had changed. */
  readonly file: string | undefined;
  /** What becomes of each CRR, one line each; empty where the migration touches none. */
  readonly summary: readonly string[];
  /** An earlier run was interrupted, and what it left was taken back first. */
  readonly recovered: boolean;
}

/**
 * Lets drizzle-kit write a migration and puts the CRR steps around its statements. A change that
 * needs no statement of drizzle-kit's (a table becomes a CRR) gets a migration of its own.
 *
 * @throws {CrrMigrateError} the migrations folder is then as it was.
 */
export async function generate(
  project: Project,
  options: GenerateOptions,
  terminal: Terminal,
): Promise<Generated> {
  const guard = new FolderGuard(project.out);
  const recovered = guard.recover();
  const before = readFolder(project.out);
  const folded = foldMigrations(before);
  refuseUncarried(folded, options.repair);
  const wanted = [...projectSchema(project).tables.values()];
  const planFor = (migration: Migration | undefined) =>
    planAlter({
      state: folded.state,
      wanted,
      renames: followedBy(folded.renames, migration?.renames ?? NO_RENAMES),
      touched: new Set(migration && touchedTables(migration.sql, folded.state.keys())),
      repair: folded.touched,
    });
  guard.begin();
  try {
    let migration = await runGenerate(project, before, options.args, terminal);
    if (migration === undefined) {
      if (planFor(undefined) === undefined) {
        guard.restore();
        return { file: undefined, summary: [], recovered };
      }
      const args = ['--custom', ...projectFlags(project, options)];
      migration = await runGenerate(project, before, args, terminal);
      if (migration === undefined) throw kitFailed('it wrote no custom migration');
    }
    const plan = planFor(migration);
    const statements = drizzleStatements(migration.sql);
    const mended = mendRebuilds(statements, migration, before.at(-1));
    if (plan !== undefined) replaceFile(migration.sqlFile, composeMigration(mended, plan));
    else if (mended.some((sql, i) => sql !== statements[i])) {
      replaceFile(migration.sqlFile, `${mended.join('\n--> statement-breakpoint\n')}\n`);
    }
    // What was written is read back as the next run will read it.
    foldMigrations(readFolder(project.out));
    guard.keep();
    return { file: migration.sqlFile, summary: plan?.summary ?? [], recovered };
  } catch (error) {
    guard.restore();
    throw error;
  }
}

/**
 * Runs drizzle-kit generate and returns the migration that appeared, if one did. Its exit code
 * tells nothing (0.31 ends with 0 when the schema throws), so what is on disk does.
 */
async function runGenerate(
  project: Project,
  before: readonly Migration[],
  args: readonly string[],
  terminal: Terminal,
): Promise<Migration | undefined> {
  const run = await runDrizzleKit(project.cwd, ['generate', ...args], terminal);
  const after = readFolder(project.out);
  const added = after.slice(before.length);
  const keptAll = before.every(({ tag, sql }, i) => after[i]?.tag === tag && after[i].sql === sql);
  if (!keptAll || added.length > 1) throw kitFailed('it changed more than one new migration');
  if (run.exitCode !== 0) throw kitFailed(`it ended with ${run.exitCode}`);
  if (added[0] !== undefined) return added[0];
  // Without a terminal of its own nobody can be asked, so the same run either finds nothing or fails.
  const output =
    run.output ??
    (await runDrizzleKit(project.cwd, ['generate', ...args], quiet(terminal))).output!;
  if (/No schema changes/.test(output)) return undefined;
  if (/Interactive prompts require a TTY/.test(output)) {
    if (terminal.isTTY) throw kitFailed('its question was not answered');
    throw kitFailed(
      'it asks whether a table or column was renamed, and there is no terminal to answer: run drizzle-crr generate in a terminal',
    );
  }
  if (/pointing to a parent snapshot/.test(output)) {
    const last = before.at(-1)!;
    throw kitFailed(
      `two migrations follow the same one, as after merging two git branches. Make the last one again: delete ${last.sqlFile}, ${last.snapshotFile} and the same entry of meta/_journal.json, then run drizzle-crr generate`,
    );
  }
  throw kitFailed('it wrote nothing; what it said stands above');
}

const quiet = (terminal: Terminal): Terminal => ({
  ...terminal,
  env: terminal.env,
  isTTY: false,
  stdout: () => {},
  stderr: () => {},
});

/** Flags that tell drizzle-kit the same project, with none that belong to one migration only. */
function projectFlags({ config, configFile }: Project, { name }: GenerateOptions): string[] {
  const named = ['--name', name ?? 'crr'];
  if (configFile !== undefined) return ['--config', configFile, ...named];
  const flags = ['dialect', 'schema', 'out', 'casing'].flatMap((flag) =>
    config[flag] === undefined ? [] : [`--${flag}`, String(config[flag])],
  );
  return [...flags, ...named];
}

function kitFailed(reason: string): CrrMigrateError {
  return new CrrMigrateError(
    'CRR_MIGRATE_DRIZZLE_KIT',
    `drizzle-kit generate made no migration, and the folder is as it was: ${reason}`,
  );
}

/** With triggers in place a rebuilt table cannot be renamed, nor a column dropped: libSQL refuses. */
const FAILS_WITH_TRIGGERS = /\b__new_|\bDROP COLUMN\b/i;

function refuseUncarried({ uncarried, touched }: Folded, repair: boolean): void {
  if (uncarried.length === 0) return;
  const impossible = uncarried.filter(({ sql }) => FAILS_WITH_TRIGGERS.test(sql));
  if (repair && impossible.length === 0) return;
  const tags = (migrations: readonly Migration[]) => migrations.map(({ tag }) => tag).join(', ');
  const tables = [...touched].map((name) => `"${name}"`).join(', ');
  const way =
    impossible.length > 0
      ? `It cannot run: libSQL refuses ${tags(impossible)} while the triggers are there`
      : 'If a database has run it, run drizzle-crr generate --repair, which makes up for it in a new migration. If none has';
  throw new CrrMigrateError(
    'CRR_MIGRATE_UNCARRIED',
    `drizzle-kit alone wrote ${tags(uncarried)}, which changes ${tables} without the CRR steps. ${way}; take it back (npx drizzle-kit drop) and run drizzle-crr generate`,
  );
}

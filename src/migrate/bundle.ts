import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import type { BundledMigration, MigrationBundle } from '../browser/migrations.js';
import { CrrMigrateError } from '../errors.js';
import { STATE_TABLE } from '../sql/names.js';
import { loadProject, type ProjectFlags } from './config.js';
import { readFolder } from './folder.js';
import { splitChunks } from './migration.js';
import { importFromProject } from './project-package.js';
import { projectSchema } from './project-schema.js';

/** What Drizzle's own migrators read of a folder; the name is there from Drizzle 1.0 on. */
interface DrizzleMigration {
  readonly sql: readonly string[];
  readonly folderMillis: number;
  readonly hash: string;
  readonly name?: string;
}

interface DrizzleMigrator {
  readMigrationFiles(config: { readonly migrationsFolder: string }): readonly DrizzleMigration[];
}

/** A project's bundle, and the file that it belongs in. */
export interface ProjectBundle {
  /** The file, absolute. */
  readonly file: string;
  readonly text: string;
  /** How many migrations it has. */
  readonly count: number;
  /** The migrations folder, absolute. */
  readonly folder: string;
  /** Whether the file has this text already. */
  readonly isCurrent: boolean;
  /** Whether the schema has CRRs, and no migration has their triggers. */
  readonly lacksTriggers: boolean;
}

/**
 * @param to the file, from `cwd`.
 * @throws {CrrMigrateError} if the project cannot be loaded, or has no migrations.
 */
export async function bundleProject(
  cwd: string,
  to: string,
  flags: ProjectFlags,
): Promise<ProjectBundle> {
  const project = await loadProject(cwd, flags);
  const bundle = await bundleFolder(cwd, project.out);
  const file = resolve(cwd, to);
  const text = bundleText(bundle, file);
  const hasCrrs = projectSchema(project).tables.size > 0;
  return {
    file,
    text,
    count: bundle.migrations.length,
    folder: project.out,
    isCurrent: isCurrent(file, text),
    lacksTriggers: hasCrrs && !text.includes(STATE_TABLE),
  };
}

/** @throws {CrrMigrateError} CRR_MIGRATE_FOLDER if no migration records what is written. */
export function requireTriggers({ folder, lacksTriggers }: ProjectBundle): void {
  if (!lacksTriggers) return;
  throw new CrrMigrateError(
    'CRR_MIGRATE_FOLDER',
    `no migration of ${folder} has the triggers of the CRRs: run drizzle-crr generate instead of drizzle-kit generate`,
  );
}

/**
 * A migrations folder as data, for programs that have no file system. Its hashes and times are those that Drizzle's
 * own migrators note, read by the project's Drizzle.
 *
 * @throws {CrrMigrateError} CRR_MIGRATE_FOLDER if there are no migrations, or files are missing.
 */
async function bundleFolder(cwd: string, out: string): Promise<MigrationBundle> {
  const folder = readFolder(out);
  if (folder.length === 0) {
    throw new CrrMigrateError(
      'CRR_MIGRATE_FOLDER',
      `${out} has no migrations: make one with drizzle-crr generate`,
    );
  }
  const { readMigrationFiles } = await importFromProject<DrizzleMigrator>(
    cwd,
    'drizzle-orm/migrator',
  );
  const read = readMigrationFiles({ migrationsFolder: out });
  const migrations = read.map(
    ({ sql, folderMillis, hash, name }, i): BundledMigration => ({
      name: name ?? folder[i]!.tag,
      when: folderMillis,
      hash,
      statements: sql.flatMap(splitChunks),
    }),
  );
  return { hasNames: read.some(({ name }) => name !== undefined), migrations };
}

/** The text of the file: a module, or JSON. */
function bundleText(bundle: MigrationBundle, file: string): string {
  const json = JSON.stringify(bundle, null, 2);
  const comment = '// Made by drizzle-crr bundle from the migrations folder: do not edit.\n';
  switch (extname(file)) {
    case '.json':
      return `${json}\n`;
    case '.ts':
    case '.mts':
      return `${comment}import type { MigrationBundle } from 'drizzle-crr/browser';\n\nexport default ${json} satisfies MigrationBundle;\n`;
    case '.js':
    case '.mjs':
      return `${comment}export default ${json};\n`;
    default:
      throw new CrrMigrateError(
        'CRR_MIGRATE_CONFIG',
        `${file}: the bundle is a .ts, .mts, .js, .mjs or .json file`,
      );
  }
}

/** Whether a file has exactly this text. */
const isCurrent = (file: string, text: string): boolean =>
  existsSync(file) && readFileSync(file, 'utf8') === text;

export function writeBundle(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

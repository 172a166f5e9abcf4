import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createJiti, type Jiti } from 'jiti';
import { globSync } from 'tinyglobby';
import { CrrMigrateError } from '../errors.js';

/** A project as its drizzle-kit config describes it. */
export interface Project {
  readonly cwd: string;
  /** The config file; undefined if flags replace it. */
  readonly configFile: string | undefined;
  /** drizzle-kit's config, with the flags that were given in place of its own values. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly dialect: 'sqlite' | 'turso';
  /** The migrations folder, absolute. */
  readonly out: string;
  readonly casing: 'snake_case' | 'camelCase' | undefined;
  /** Everything that the schema's files export. */
  readonly exports: Readonly<Record<string, unknown>>;
}

/** drizzle-kit's flags that describe a project. */
export interface ProjectFlags {
  readonly config?: string | undefined;
  readonly dialect?: string | undefined;
  readonly schema?: string | undefined;
  readonly out?: string | undefined;
  readonly casing?: string | undefined;
  readonly driver?: string | undefined;
  readonly breakpoints?: boolean | undefined;
}

/** Flags that replace a value of the config. */
export const CONFIG_FLAGS = ['dialect', 'schema', 'out', 'casing', 'driver'] as const;

const DEFAULT_CONFIGS = ['drizzle.config.ts', 'drizzle.config.js', 'drizzle.config.json'];
const SCHEMA_FILE = /\.[cm]?[jt]s$/;

/**
 * Loads a project's config and schema. As with drizzle-kit, `--schema` or `--dialect` without
 * `--config` stand in place of a config.
 *
 * @throws {CrrMigrateError} if there is no config, if config or schema cannot be loaded, or if their
 * migrations could not run on libSQL.
 */
export async function loadProject(cwd: string, flags: ProjectFlags): Promise<Project> {
  const jiti = createJiti(join(cwd, 'drizzle-crr.js'), {
    tsconfigPaths: true,
    // The files may have changed since the last run, and packages too.
    moduleCache: false,
    fsCache: false,
  });
  const byFlags =
    flags.config === undefined && (flags.dialect !== undefined || flags.schema !== undefined);
  const configFile = byFlags ? undefined : findConfig(cwd, flags.config);
  const base =
    configFile === undefined ? { dialect: 'sqlite' } : await loadConfig(jiti, configFile);
  const config: Record<string, unknown> = { ...base };
  for (const name of [...CONFIG_FLAGS, 'breakpoints'] as const) {
    if (flags[name] !== undefined) config[name] = flags[name];
  }
  const { dialect, casing } = config;
  if (dialect !== 'sqlite' && dialect !== 'turso') {
    throw configError(`dialect is ${shown(dialect)}: expected 'sqlite' or 'turso'`);
  }
  if (config.breakpoints === false) {
    throw new CrrMigrateError(
      'CRR_MIGRATE_BREAKPOINTS',
      'breakpoints is false: libSQL runs one statement at a time, so only the first statement of each migration would run, without an error. Remove breakpoints: false',
    );
  }
  if (casing !== undefined && casing !== 'snake_case' && casing !== 'camelCase') {
    throw configError(`casing is ${shown(casing)}: expected 'snake_case' or 'camelCase'`);
  }
  const out = resolve(cwd, typeof config.out === 'string' ? config.out : 'drizzle');
  const exports = await loadSchema(jiti, cwd, config.schema);
  return { cwd, configFile, config, dialect, out, casing, exports };
}

function findConfig(cwd: string, named: string | undefined): string {
  const names = named === undefined ? DEFAULT_CONFIGS : [named];
  const found = names.map((name) => resolve(cwd, name)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw configError(
    named === undefined
      ? `there is no drizzle.config.ts, .js or .json in ${cwd}: run drizzle-crr in the folder where you run drizzle-kit, or pass --config <file>, or --schema <path> instead of a config`
      : `there is no config ${resolve(cwd, named)}: correct --config`,
  );
}

async function loadConfig(jiti: Jiti, file: string): Promise<Record<string, unknown>> {
  try {
    const config = await jiti.import<Record<string, unknown>>(file, { default: true });
    if (typeof config === 'object' && config !== null) return config;
  } catch (error) {
    throw configError(`${file} cannot be loaded: ${messageOf(error)}`, error);
  }
  throw configError(
    `${file} does not export an object by default: expected export default defineConfig({ ... })`,
  );
}

async function loadSchema(
  jiti: Jiti,
  cwd: string,
  schema: unknown,
): Promise<Record<string, unknown>> {
  const patterns = [schema].flat();
  if (!patterns.every((pattern) => typeof pattern === 'string') || patterns.length === 0) {
    throw configError(`schema is ${shown(schema)}: expected a path, a glob or a list of them`);
  }
  const files = schemaFiles(cwd, patterns);
  if (files.length === 0) {
    throw new CrrMigrateError(
      'CRR_MIGRATE_SCHEMA',
      `no file matches schema ${patterns.map((pattern) => `'${pattern}'`).join(', ')} in ${cwd}`,
    );
  }
  const exports: Record<string, unknown> = {};
  for (const file of files) {
    try {
      const loaded = await jiti.import<Record<string, unknown>>(file);
      for (const [name, value] of Object.entries(loaded)) exports[`${file}:${name}`] = value;
    } catch (error) {
      throw new CrrMigrateError(
        'CRR_MIGRATE_SCHEMA',
        `the schema ${file} cannot be loaded: ${messageOf(error)}`,
        { cause: error },
      );
    }
  }
  return exports;
}

/** As drizzle-kit finds them: a folder stands for the files directly in it. */
function schemaFiles(cwd: string, patterns: readonly string[]): string[] {
  const found = patterns.flatMap((pattern) => {
    const path = resolve(cwd, pattern);
    if (existsSync(path)) return [path];
    return globSync(pattern, { cwd, absolute: true, onlyFiles: false, expandDirectories: false });
  });
  const files = found.flatMap((path) =>
    statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path],
  );
  return [...new Set(files.map((file) => resolve(file)))].filter(
    (file) => SCHEMA_FILE.test(file) && statSync(file).isFile(),
  );
}

const shown = (value: unknown) => (value === undefined ? 'missing' : JSON.stringify(value));
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function configError(reason: string, cause?: unknown): CrrMigrateError {
  return new CrrMigrateError('CRR_MIGRATE_CONFIG', reason, { cause });
}

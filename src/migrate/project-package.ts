import { createRequire, isBuiltin } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CrrMigrateError } from '../errors.js';

/** Whether a project has a package, or the runtime a module of that name. */
export function isInProject(cwd: string, name: string): boolean {
  try {
    return isBuiltin(name) || resolve(cwd, name) !== undefined;
  } catch {
    return false;
  }
}

/**
 * Imports a package as the project's own code would, so that the project's version of it is used.
 *
 * @throws {CrrMigrateError} if the project does not have it, or it cannot be loaded.
 */
export async function importFromProject<T extends object>(cwd: string, name: string): Promise<T> {
  const loaded = await load<T>(cwd, name);
  // A CommonJS module whose exports Node cannot see beforehand has them all in `default`.
  return { ...loaded.default, ...loaded };
}

async function load<T>(cwd: string, name: string): Promise<T & { readonly default?: T }> {
  const packageName = name.split('/', name.startsWith('@') ? 2 : 1).join('/');
  let found: string;
  try {
    found = isBuiltin(name) ? name : pathToFileURL(resolve(cwd, name)).href;
  } catch (error) {
    throw databaseError(`there is no ${packageName} in ${cwd}: npm install ${packageName}`, error);
  }
  try {
    return await import(found);
  } catch (error) {
    const [reason] = String((error as Error).message).split('\n');
    throw databaseError(`${packageName} cannot be loaded: ${reason}`, error);
  }
}

const resolve = (cwd: string, name: string): string =>
  createRequire(join(cwd, 'package.json')).resolve(name);

const databaseError = (message: string, cause: unknown) =>
  new CrrMigrateError('CRR_MIGRATE_DATABASE', message, { cause });

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CrrMigrateError } from '../errors.js';

/**
 * Imports a package as the project's own code would, so that the project's version of it is used.
 *
 * @throws {CrrMigrateError} if the project does not have it.
 */
export async function importFromProject<T extends object>(cwd: string, name: string): Promise<T> {
  let file: string;
  try {
    file = createRequire(join(cwd, 'package.json')).resolve(name);
  } catch (error) {
    const packageName = name.split('/', name.startsWith('@') ? 2 : 1).join('/');
    throw new CrrMigrateError(
      'CRR_MIGRATE_DATABASE',
      `there is no ${packageName} in ${cwd}: npm install ${packageName}`,
      { cause: error },
    );
  }
  const loaded = (await import(pathToFileURL(file).href)) as T & { readonly default?: T };
  // A CommonJS module whose exports Node cannot see beforehand has them all in `default`.
  return { ...loaded.default, ...loaded };
}

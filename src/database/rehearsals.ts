import { CrrUsageError } from '../errors.js';
import type { Connection } from './connection.js';

/** @throws {CrrUsageError} CRR_USAGE_DRIVER if the engine can take no transaction back. */
export function requireRehearsals({ rehearse }: Connection, caller: string): void {
  if (rehearse !== undefined) return;
  throw new CrrUsageError(
    'CRR_USAGE_DRIVER',
    `${caller}: this engine can take no transaction back: do it on a copy of the database on another engine`,
  );
}

import { CrrMigrateError } from '../errors.js';
import { kit0 } from './lines/kit-0.js';
import { kit1 } from './lines/kit-1.js';
import type { KitLine } from './lines/line.js';
import type { Migration } from './migration.js';

/** The lines of drizzle-kit. One more is a file of `lines/`, and an entry here. */
export const KIT_LINES: readonly KitLine[] = [kit0, kit1];

/**
 * Reads a migrations folder of any line of drizzle-kit; a folder that is not there counts as empty.
 *
 * @throws {CrrMigrateError} if a file is missing or cannot be read, or the folder has two layouts.
 */
export const readFolder = (out: string): readonly Migration[] => lineOf(out)?.read(out) ?? [];

/**
 * The line whose layout a folder has; undefined if it has no migrations yet.
 *
 * @throws {CrrMigrateError} CRR_MIGRATE_FOLDER if it has two.
 */
export function lineOf(out: string): KitLine | undefined {
  const [line, other] = KIT_LINES.filter((line) => line.isLayoutOf(out));
  if (other === undefined) return line;
  throw new CrrMigrateError(
    'CRR_MIGRATE_FOLDER',
    `${out} has migrations of ${line!.name} and of ${other.name}: restore it from version control, and convert all of them with npx drizzle-kit up of ${other.name}`,
  );
}

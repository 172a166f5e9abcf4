import type { Migration } from '../migration.js';

/**
 * A line of drizzle-kit: how it lays out a migrations folder, and what it prints. Each is a file of this
 * folder; everything else in src/migrate is the same for all.
 */
export interface KitLine {
  /** For messages: 'drizzle-kit 0.31'. */
  readonly name: string;
  /** Whether a version of drizzle-kit belongs to it. */
  includes(version: string): boolean;
  /** Whether a migrations folder has its layout. An empty one has none. */
  isLayoutOf(out: string): boolean;
  /**
   * The migrations in the order in which drizzle-orm runs them in a new database.
   *
   * @throws {CrrMigrateError} if a file is missing or cannot be read.
   */
  read(out: string): readonly Migration[];
  /** Whether its `generate` takes `--prefix`. */
  readonly takesPrefix: boolean;
  /** What it prints if it asks whether something was renamed, and there is no terminal to ask in. */
  readonly unanswered: RegExp;
  /** What it prints if migrations of two branches do not fit together. */
  readonly conflicting: RegExp;
  /** What it refuses then. */
  readonly conflict: string;
  /** Waits until a new migration would be the last one by its name. */
  untilNext?(before: readonly Migration[]): Promise<void>;
  /** What a folder of another line needs so that this one can go on with it; undefined if there is no way. */
  readonly conversion: string | undefined;
}

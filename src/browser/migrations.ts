import type { DriverRow } from '../sql/driver-value.js';
import { noteMigration } from '../sql/journal.js';
import { type Statement, statement } from '../sql/statement.js';

/** A migrations folder as a module, as `drizzle-crr bundle` writes it. */
export interface MigrationBundle {
  /** Whether Drizzle's journal in the database knows migrations by name, as it does from Drizzle 1.0 on. */
  readonly hasNames: boolean;
  /** In the order in which they run. */
  readonly migrations: readonly BundledMigration[];
}

export interface BundledMigration {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly when: number;
  /** SHA-256 of the file, as Drizzle's migrators note it. */
  readonly hash: string;
  readonly statements: readonly string[];
}

/**
 * The migrations that a database has not run, each as the statements of one transaction.
 *
 * @param applied the hash and the time of each that it has run.
 */
export function pending(bundle: MigrationBundle, applied: readonly DriverRow[]): Statement[][] {
  const known = new Set(applied.map((row) => `${row[0]} ${Number(row[1])}`));
  return bundle.migrations
    .filter(({ hash, when }) => !known.has(`${hash} ${when}`))
    .map(({ name, when, hash, statements }) => [
      ...statements.map((sql) => statement(sql)),
      noteMigration({ when, hash, name: bundle.hasNames ? name : undefined }),
    ]);
}

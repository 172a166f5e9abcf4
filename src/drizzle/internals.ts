import type { SQL } from 'drizzle-orm';
import type { Connection } from '../database/connection.js';
import type { RotateOptions } from '../database/crr.js';
import type { DriftCheck } from '../database/drift.js';
import type { Peer } from '../database/peers.js';
import { CrrUsageError } from '../errors.js';
import type { WriteListeners } from '../live/writes.js';
import type { Change } from '../model/change.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import type { Statement } from '../sql/statement.js';
import type { Crr } from './crr.js';
import type { CommitOptions } from './history-types.js';
import type { ResolveConflict } from './options.js';
import type { RowRef } from './row-ref.js';
import type { ReadUnsentRows } from './unsent.js';

/** The parts of a `$crr` that only the package itself uses. */
export interface CrrInternals {
  readonly connection: Connection;
  readonly schema: DrizzleSchema;
  readonly drift: DriftCheck;
  /** `rotateSiteId()` with options. */
  rotateSiteId(options: RotateOptions): Promise<Uint8Array>;
  /** The peers that were reached at an address. */
  servers(): Promise<Peer[]>;
  /** Told of each write of this process. */
  readonly writes: WriteListeners;
  /** Renders a Drizzle condition as the database's dialect does. */
  render(condition: SQL): Statement;
  /** Whether queries can read what a change brings. */
  isReadable(change: Change): boolean;
  /** Names a row by its table and packed key. If the key is not one of the table, it has no columns. */
  nameRow(row: { readonly table: string; readonly pk: Uint8Array }): RowRef;
  /** Lists the rows of which a peer lacks something. */
  readonly readUnsent: ReadUnsentRows;
  /** Decides the conflicts that have come after a db_version. */
  resolveSince: ResolveSince;
}

/** Decides the conflicts that have come after a db_version, and gives the errors of those that stay. */
export type ResolveSince = (
  version: number,
  resolve: ResolveConflict,
  note: CommitOptions,
) => Promise<readonly unknown[]>;

/** A registered symbol, so that the ESM and the CommonJS copy of the package understand each other. */
export const INTERNALS = Symbol.for('drizzle-crr:internals');

/** @throws {CrrUsageError} if `crr` was not made by `withCrr`. */
export function internalsOf(crr: Crr): CrrInternals {
  const internals = (crr as Partial<Record<typeof INTERNALS, CrrInternals>> | undefined)?.[
    INTERNALS
  ];
  if (internals === undefined) {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      'expected a database made by withCrr(), and this one has no $crr of its own',
    );
  }
  return internals;
}

import type { Change } from '../model/change.js';
import type { CrrSchema } from '../model/schema.js';
import type { SiteDirectory } from '../model/site.js';
import type { StatementLimits } from '../sql/multi-row.js';
import type { Statement } from '../sql/statement.js';
import type { Apart } from './apart.js';
import type { DrainedBefore } from './drain.js';
import type { UnknownColumns } from './group.js';
import type { LimitedInput } from './limited.js';
import type { SettleMode } from './settle-mode.js';

/** A batch of changes, and what it is merged with. */
export interface ApplyInput {
  readonly changes: readonly Change[];
  readonly schema: CrrSchema;
  /** The version of the database's schema; undefined if it is not to be checked. */
  readonly schemaVersion?: number | undefined;
  /** Tables whose pending changes are applied, whatever else is known. */
  readonly waiting?: ReadonlySet<string> | undefined;
  /**
   * Columns by table for which the rights of a limited source are not known, because the schema of this process
   * lacks them: their changes wait.
   */
  readonly unknownColumns?: UnknownColumns | undefined;
  readonly sites: SiteDirectory;
  /** Keep changes that are early in the pending table, or refuse the batch. */
  readonly onUnknown: 'pending' | 'error';
  /** How large one statement may be. */
  readonly limits: StatementLimits;
  /** The greatest version that columns merged by time take now. */
  readonly greatestTime: number;
  /** There may be pending changes: apply those that can be applied, in every table where something can wait. */
  readonly mayWait: boolean;
  /** Statements that note what peers refused, and drop rows which this database may not see any more. */
  readonly evict?: readonly Statement[] | undefined;
  /** What it does about tables with constraints. */
  readonly settles: SettleMode;
  /** Whether its events take over cells that came before them; else it fails if they should. */
  readonly takesOver: boolean;
  /** What is known since the last drain of this source, if there was one; then only what may have become possible is tried. */
  readonly before?: DrainedBefore | undefined;
  /** Some pending changes were rejected: try those again whose row changes. */
  readonly mayReject: boolean;
  readonly apart?: Apart | undefined;
  /** This site's own changes may come back to it, so they are not refused as forged. */
  readonly ownReturn?: boolean | undefined;
  /** Who brought the changes, if they may not write everything. */
  readonly limited?: LimitedInput | undefined;
}

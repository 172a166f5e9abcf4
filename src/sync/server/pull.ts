import { CrrSyncError } from '../../errors.js';
import type { Change } from '../../model/change.js';
import { RowSet } from '../../model/row-id.js';
import { readChunk } from '../chunk.js';
import type { CellId, Pull, Pulled } from '../protocol.js';
import { type Cursor, deletesKnown, type Site, sinceOf } from '../site.js';
import type { Complete } from '../with-defaults.js';
import type { Access } from './access.js';
import type { SyncLimits } from './options.js';
import type { PushResult } from './push.js';
import { readUnseen } from './unseen.js';

export interface PullOptions {
  readonly site: Site;
  /** The db_version of this site before the push. */
  readonly version: number;
  readonly access: Access;
  readonly limits: Complete<SyncLimits>;
  /** The greatest cell that fits in the answer, with its key. */
  readonly maxCellBytes: number;
  /** The result of the push in the same request. */
  readonly push: PushResult | undefined;
  /** What was pushed in the same request. */
  readonly changes: readonly Change[];
  /** Whether the client may read a snapshot instead. */
  readonly hasSnapshot: boolean;
}

export interface ReadPull {
  readonly pulled: Pulled;
  readonly tooLarge: readonly CellId[];
}

/** Reads the next chunk for the client. */
export async function readPull(pull: Pull, options: PullOptions): Promise<ReadPull> {
  const { site, access, limits, push, maxCellBytes } = options;
  const { pushed } = push ?? {};
  const asked = sinceOf(pull.cursor);
  const all = hasAll(pull, options) ? pull.cursor : hadAllBefore(pull, options) && pushed!.stamp;
  if (all !== false) {
    return { pulled: { ...NOTHING, cursor: all, filter: access.filter }, tooLarge: [] };
  }
  if (options.hasSnapshot && pull.cursor === 0) {
    return { pulled: { ...NOTHING, cursor: 0, filter: '', more: true }, tooLarge: [] };
  }
  const first = firstTransfer(pull, options);
  const known = first === undefined ? pull.filter : access.filter;
  const restarted = known !== access.filter && (pull.cursor !== 0 || pull.filter !== '');
  // A client that reads from the beginning may not even have its own changes.
  const isFirst = restarted || asked === 0;
  const { cursor, changes, hidden, tooLarge, more } = await readChunk(
    site,
    {
      since: restarted ? fromBeginning(pull.cursor) : pull.cursor,
      skip: [...(restarted ? [] : pull.skip), pushed?.stamp ?? 0],
      tables: access.readable,
      // The client's own changes are left out by `skip` alone. If it was restored from a backup or is a copy, it
      // lacks some of them, and learns of it by them.
      where: access.where,
      hiddenSince: first,
    },
    {
      maxBytes: Math.min(pull.maxBytes, limits.chunkBytes),
      maxChanges: limits.maxChanges,
      maxCellBytes,
    },
  );
  const unseen = push === undefined ? [] : await readUnseen(options.changes, push, access, site);
  const pulled = {
    changes,
    hidden: new RowSet([...hidden, ...unseen])
      .values()
      .filter(({ table }) => access.dropsLeaving(table)),
    cursor,
    filter: first !== undefined && more ? `${access.filter}@${first}` : access.filter,
    more,
    restarted,
    // If a row that the client dropped comes back, it may contain changes made by the client.
    ownReturn: isFirst || access.filtersRows,
  };
  return { pulled, tooLarge };
}

/** What a client has read before it begins again still counts for its deletes. */
function fromBeginning(cursor: number | Cursor): number | Cursor {
  const horizon = deletesKnown(cursor);
  return horizon === 0 ? 0 : { since: 0, after: { db_version: 0, horizon } };
}

/**
 * The db_version at which the first transfer to a client without rows began, undefined in other transfers.
 * Such a client need not learn the keys of rows that were hidden then and have not changed since: nobody can
 * have sent them to it. The filter of its cursor contains the db_version until the transfer is complete.
 * What the client itself has written is newer, or was refused and is dropped; only if it may write rows that
 * it may not see can its write have lost to such a row, so then it learns all.
 */
function firstTransfer(
  { cursor, filter }: Pull,
  { access, site, version, push }: PullOptions,
): number | undefined {
  const separate = [...site.schema.tables.keys()].some((table) => access.writesUnseen(table));
  if (sinceOf(cursor) !== 0 || separate) return undefined;
  if (filter === '') return cursor === 0 ? (push?.prior ?? version) : undefined;
  const began = filter.startsWith(`${access.filter}@`)
    ? filter.slice(access.filter.length + 1)
    : '';
  return /^\d{1,15}$/.test(began) ? Number(began) : undefined;
}

/** Whether there is nothing to read, because the client has all changes. No table has to be asked then. */
const hasAll = ({ cursor, filter }: Pull, { access, push, version }: PullOptions): boolean =>
  push === undefined && cursor === version && cursor !== 0 && filter === access.filter;

/** Whether there is nothing to read, because the client had all changes before this push. */
function hadAllBefore({ cursor, filter }: Pull, { access, push }: PullOptions): boolean {
  if (push?.pushed === undefined || push.pushed.stamp === 0) return false;
  // A client without rows that pushes to an empty server has read nothing, and there is nothing to read.
  const isSame = filter === access.filter || (filter === '' && push.prior === 0);
  // With a row filter, its own write may have made a row visible that it does not have completely.
  return cursor === push.prior && isSame && !access.filtersRows;
}

const NOTHING = {
  changes: [],
  hidden: [],
  more: false,
  restarted: false,
  ownReturn: false,
};

/**
 * Checks that the client has not read more than there is.
 *
 * @throws {CrrSyncError} CRR_SYNC_CURSOR_AHEAD
 */
export function requireCursorBehind({ cursor }: Pull, version: number): void {
  if (sinceOf(cursor) <= version) return;
  throw new CrrSyncError(
    'CRR_SYNC_CURSOR_AHEAD',
    'the cursor is ahead of this database, which was probably restored from a backup: give the database a new site id with $crr.rotateSiteId(), and read from 0',
    409,
  );
}

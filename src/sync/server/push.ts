import { peerTag } from '../peer-tag.js';
import type { Pushed, RefusedRow, SyncRequest } from '../protocol.js';
import {
  addMilestone,
  type HiddenRow,
  type History,
  historyQueries,
  isCopied,
  isForgotten,
  isTicket,
  type LimitedSource,
  type MergeResult,
  type Site,
  type SiteState,
} from '../site.js';
import type { Access } from './access.js';
import { acknowledgedBy, deletesForgotten, type KnownDeletes } from './horizon.js';
import { addSentinels } from './mark-sentinels.js';
import { siteCopied } from './site-ownership.js';
import { refuseVersionJumps } from './version-jumps.js';

export interface PushOptions {
  readonly site: Site;
  readonly access: Access;
  /** Whose changes these are; undefined if everything may be written. */
  readonly source: LimitedSource | undefined;
  /** The tables for which changes of this source wait. */
  readonly waiting: readonly string[];
  readonly maxVersionJump: number;
  /** The state of this site before the push. */
  readonly state: SiteState;
  /** The deletes that the client knows of. */
  readonly knows: KnownDeletes;
}

export interface PushResult {
  /** Undefined if nothing was pushed, and only changes that had waited were merged. */
  readonly pushed: Pushed | undefined;
  /** Rows that were left out. */
  readonly refused: readonly RefusedRow[];
  /** Rows whose changes the database rejected. */
  readonly rejected: readonly HiddenRow[];
  /** The db_version just before the merge. */
  readonly prior: number | undefined;
  /** The history of the database, which includes the push. */
  readonly history: History;
}

/**
 * Merges the pushed changes in one transaction, with those of the same client that waited, as far as the
 * client may write them. Rows that it may not write are left out.
 *
 * @throws {CrrSyncError} CRR_SYNC_VERSION_JUMP
 * @throws {CrrChangeError} if a change is not one that a database can have made.
 */
export async function mergePush(request: SyncRequest, options: PushOptions): Promise<PushResult> {
  const { site, access, source, waiting, maxVersionJump, state, knows } = options;
  const { siteId, push, pull, tables, ticket } = request;
  const pushedChanges = push?.changes ?? [];
  await refuseVersionJumps(pushedChanges, site, { maxJump: maxVersionJump, birth: state.birth });
  const changes = access.mayForward
    ? pushedChanges
    : addSentinels(pushedChanges, siteId, site.schema);
  const history: History = { secret: '', milestones: [] };
  const merging = site.merge(changes, {
    last: [...addMilestone(), ...historyQueries([], history)],
    source: source && { ...source, waiting },
    ...(push && {
      peer: {
        siteId,
        tag: peerTag(tables),
        received: { cursor: push.through, skip: [] },
        ...(pull && { sent: acknowledgedBy(pull, state) }),
        knows,
        owner: access.owner,
        // An old request may arrive again.
        onlyForward: true,
        ...(ticket && isTicket(ticket.next) && { ticket: ticket.next, lastTicket: ticket.last }),
      },
    }),
  });
  const result = await merging.catch(async (error: unknown) => {
    if (isForgotten(error)) throw deletesForgotten(await site.state());
    throw isCopied(error) ? siteCopied(undefined) : error;
  });
  return {
    pushed: push && pushedOf(result),
    refused: result.refused.map(({ table, pk, code, isOutside }) => {
      // A row that the client may not write as it is here is one that it may not see.
      const drop = isOutside && access.hidesUnwritable(table) && access.dropsLeaving(table);
      return { table, pk, code, drop };
    }),
    rejected: result.rejected.map(({ table, pk }) => ({ table, pk })),
    prior: result.prior,
    history,
  };
}

function pushedOf({ stamp = 0, cellsWon, cellsIgnored, pending, held }: MergeResult): Pushed {
  return { stamp, cellsWon, cellsIgnored, pending, held };
}

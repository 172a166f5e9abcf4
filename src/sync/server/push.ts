import { CrrChangeError } from '../../errors.js';
import type { Change } from '../../model/change.js';
import { peerTag } from '../peer-tag.js';
import type { Push, Pushed, SyncRequest } from '../protocol.js';
import type { MergeResult, Site } from '../site.js';
import { SyncRefusal } from '../wire/sync-refusal.js';
import type { Access } from './access.js';
import { addSentinels } from './mark-sentinels.js';
import { RowRule } from './row-rule.js';
import { refuseVersionJumps } from './version-jumps.js';

export interface PushOptions {
  readonly site: Site;
  readonly access: Access;
  readonly maxVersionJump: number;
}

export interface PushResult {
  readonly pushed: Pushed;
  /** The db_version just before the merge. */
  readonly prior: number | undefined;
}

/**
 * Merges the pushed changes in one transaction, if the client may write all of them.
 *
 * @throws {CrrSyncError} CRR_SYNC_FORBIDDEN, CRR_SYNC_VERSION_JUMP
 * @throws {CrrChangeError} if a change is not one that a database can have made.
 */
export async function mergePush(
  request: SyncRequest & { readonly push: Push },
  options: PushOptions,
): Promise<PushResult> {
  const { site, access, maxVersionJump } = options;
  const { siteId, push } = request;
  const writable = access.writable(push.changes);
  await refuseVersionJumps(writable, site, maxVersionJump);
  const changes = access.mayForward ? writable : addSentinels(writable, siteId, site.schema);
  const rule = new RowRule(changes, access.writeWhere, site);
  const result = await merge(changes, rule, request, options);
  const { stamp = 0, prior, cellsWon, cellsIgnored, pending } = result;
  return { pushed: { stamp, cellsWon, cellsIgnored, pending }, prior };
}

async function merge(
  changes: readonly Change[],
  rule: RowRule,
  { siteId, push, pull, tables }: SyncRequest & { readonly push: Push },
  { site, access }: PushOptions,
): Promise<MergeResult> {
  try {
    return await site.merge(changes, {
      refuseIf: rule.queries,
      peer: {
        siteId,
        tag: peerTag(tables),
        received: { cursor: push.through, skip: [] },
        ...(pull && { sent: { cursor: pull.cursor, skip: pull.skip } }),
        owner: access.owner,
        // An old request may arrive again.
        onlyForward: true,
      },
    });
  } catch (error) {
    const isRule = error instanceof CrrChangeError && error.code === 'CRR_CHANGE_ROW_REFUSED';
    throw isRule ? await rowsRefused(rule, access) : error;
  }
}

/** Lists the rows that the client may not write as they are, so that it can send the others. */
async function rowsRefused(rule: RowRule, access: Access): Promise<SyncRefusal> {
  const outside = await rule.rowsOutside();
  const rows = outside.map(({ table, pk }) => {
    const drop = access.hidesUnwritable(table) && access.dropsLeaving(table);
    return { table, pk, drop };
  });
  return new SyncRefusal({
    code: 'CRR_SYNC_FORBIDDEN',
    message:
      rows.length > 0
        ? `${rows.length} of the rows may not be written by this client: send the others without them`
        : 'some of the rows may not be written by this client as they are after the change: undo the change',
    status: 403,
    details: { rows },
  });
}

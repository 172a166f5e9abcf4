import { sinceOf } from '../database/change-stream.js';
import type { CrrDatabase } from '../drizzle/crr-database.js';
import { type Change, SENTINEL } from '../model/change.js';
import { textOfRow } from '../model/row-id.js';
import type { CrrSchema } from '../model/schema.js';
import { bytesToHex, compareBytes } from '../model/value.js';

/** What another database knows of one that was restored, or copied. */
export interface Comparison {
  /** Both have one site id: one of them is a copy. */
  readonly isSameSite: boolean;
  /** The db_version of the restored database that the other one has read, if that is greater than what it has now. */
  readonly readAhead: number | undefined;
  /** The db_version of the other database that the restored one has read, if the other one does not have it. */
  readonly otherBehind: number | undefined;
  /** Rows that this site wrote, and of which only the other database has the last state. */
  readonly lost: number;
  /** Rows of which both have another value under one version of this site. */
  readonly reused: number;
}

const PAGE = 5_000;

/** Compares a restored database with another one that exchanged changes with it, or with what it was copied from. */
export async function compareCopies(
  restored: CrrDatabase,
  other: CrrDatabase,
  schema: CrrSchema,
): Promise<Comparison> {
  const [mine, theirs] = [await summaryOf(restored), await summaryOf(other)];
  const { lost, reused } = await compareWrites(restored, other, { siteId: mine.siteId, schema });
  const readAhead = theirs.receivedFrom(mine.siteId);
  const receivedHere = mine.receivedFrom(theirs.siteId);
  return {
    isSameSite: isSame(mine.siteId, theirs.siteId),
    readAhead: readAhead > mine.version ? readAhead : undefined,
    otherBehind: receivedHere > theirs.version ? receivedHere : undefined,
    lost: lost.size,
    reused: reused.size,
  };
}

async function summaryOf({ $crr: { transport } }: CrrDatabase) {
  const { siteId, version } = await transport.state();
  const peers = await transport.peers();
  const receivedFrom = (site: Uint8Array) =>
    Math.max(
      0,
      ...peers.flatMap((peer) =>
        peer.received && isSame(peer.siteId, site) ? [sinceOf(peer.received.cursor)] : [],
      ),
    );
  return { siteId, version, receivedFrom };
}

interface Known {
  readonly version: number;
  readonly value: string;
}

/** The rows of this site's writes that only the other database has, and of those that were numbered twice. */
async function compareWrites(
  restored: CrrDatabase,
  other: CrrDatabase,
  { siteId, schema }: { siteId: Uint8Array; schema: CrrSchema },
) {
  const lives = new Map<string, number>();
  const cells = new Map<string, Known>();
  /** Counters and registers have a cell for each site. In other columns it does not matter who won. */
  const cellOf = (change: Change) => {
    const isOwn = schema.tables
      .get(change.table)
      ?.cellColumns.some(({ name }) => name === change.cid);
    return `${textOfRow(change)} ${change.cid} ${isOwn ? bytesToHex(change.site_id) : ''}`;
  };
  for await (const { changes } of restored.$crr.changes({ limit: PAGE, events: false })) {
    for (const change of changes) {
      lives.set(textOfRow(change), change.cl);
      cells.set(cellOf(change), { version: change.col_version, value: textOfValue(change) });
    }
  }
  const [lost, reused] = [new Set<string>(), new Set<string>()];
  for await (const { changes } of other.$crr.changes({ limit: PAGE, events: false })) {
    for (const change of changes) {
      if (!isSame(change.site_id, siteId)) continue;
      const row = textOfRow(change);
      const life = lives.get(row) ?? 0;
      if (change.cl < life) continue;
      const known = cells.get(cellOf(change));
      const isNew = change.cid !== SENTINEL && (known?.version ?? -1) < change.col_version;
      if (change.cl > life || isNew) lost.add(row);
      else if (known?.version === change.col_version && known.value !== textOfValue(change)) {
        reused.add(row);
      }
    }
  }
  return { lost, reused };
}

const textOfValue = ({ val }: Change) =>
  val instanceof Uint8Array ? `x${bytesToHex(val)}` : `${typeof val} ${String(val)}`;

const isSame = (a: Uint8Array, b: Uint8Array) => compareBytes(a, b) === 0;

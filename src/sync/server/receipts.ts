import { CrrSyncError } from '../../errors.js';
import { bytesToHex } from '../../model/value.js';
import { sha256 } from '../fingerprint.js';
import {
  addMilestone,
  coarseNumber,
  type History,
  historyQueries,
  isKept,
  type Milestone,
  type Site,
} from '../site.js';
import { busy } from './refusals.js';
import { otherSite } from './site-ownership.js';

/*
 * A receipt names the latest milestone of this database at the time of an answer, and the last one before it that
 * is kept for good. It is signed, because a receipt that this database does not know shows that it was restored
 * from a backup, and no client may make it believe that.
 */

type Moment = Pick<Milestone, 'number' | 'token'>;

export interface Receipt {
  readonly latest: Moment;
  /** Undefined if there was none yet. */
  readonly coarse: Moment | undefined;
  readonly signed: string;
  readonly signature: string;
}

/** Undefined if it is not a receipt, which is then as if there were none. */
export function parseReceipt(text: string | undefined): Receipt | undefined {
  const parts = /^((\d{1,15})\.([0-9a-f]{12})(?:\.([0-9a-f]{12}))?)\/([0-9a-f]{16})$/.exec(
    text ?? '',
  );
  if (parts === null) return undefined;
  const [, signed, digits, token, coarseToken, signature] = parts;
  const number = Number(digits);
  const coarse = { number: coarseNumber(number), token: coarseToken! };
  return {
    latest: { number, token: token! },
    coarse: coarseToken === undefined ? undefined : coarse,
    signed: signed!,
    signature: signature!,
  };
}

/** The receipt for an answer; undefined if nothing was ever written here. */
export async function receiptOf(
  { milestones, secret }: History,
  siteId: Uint8Array,
): Promise<string | undefined> {
  const latest = milestones.at(-1);
  if (latest === undefined) return undefined;
  const coarse = milestones.find(({ number }) => number === coarseNumber(latest.number));
  const signed = [latest.number, latest.token, ...(coarse ? [coarse.token] : [])].join('.');
  return `${signed}/${await signature(signed, secret, siteId)}`;
}

export interface HistoryCheck {
  readonly receipt: Receipt | undefined;
  readonly history: History;
  readonly siteId: Uint8Array;
  readonly site: Site;
  /** Called with CRR_SYNC_RESTORED. */
  readonly onRestored: (error: CrrSyncError) => void;
}

/**
 * Checks that this database knows what it has given a receipt for. Otherwise it takes a new site id: what it
 * numbers again is then another site's, and all clients start over, and bring what it has lost.
 *
 * @throws {CrrSyncError} 409; 503 if another process has done it just now, or this one reads from a replica that is behind.
 */
export async function requireOwnHistory(check: HistoryCheck): Promise<void> {
  const { receipt, history, siteId, site, onRestored } = check;
  if (receipt === undefined) return;
  const lost = await lostMilestone(receipt, history, siteId);
  if (lost === undefined) return;
  const newId = await site.rotateIdUnless(lost, siteId);
  if (newId === undefined) throw busy('the server is behind what the client knows of it', 1);
  onRestored(wasRestored());
  throw otherSite(newId);
}

/**
 * The milestone that shows that this database was restored from a backup: a client knows it by a receipt of this
 * database, and it is not here. Undefined if there is none.
 */
async function lostMilestone(
  receipt: Receipt,
  { milestones, secret }: History,
  siteId: Uint8Array,
): Promise<Moment | undefined> {
  const newest = milestones.at(-1)?.number ?? 0;
  const isLost = ({ number, token }: Moment) => {
    const known = milestones.find((milestone) => milestone.number === number);
    return known === undefined ? number > newest || isKept(number, newest) : known.token !== token;
  };
  const lost = [receipt.latest, ...(receipt.coarse ? [receipt.coarse] : [])].find(isLost);
  if (lost === undefined) return undefined;
  const isOwn = (await signature(receipt.signed, secret, siteId)) === receipt.signature;
  return isOwn ? lost : undefined;
}

/** What this database knows of its history, and of a receipt. */
export async function readHistory(site: Site, receipt: Receipt | undefined): Promise<History> {
  const numbers =
    receipt === undefined ? [] : [receipt.latest, ...(receipt.coarse ? [receipt.coarse] : [])];
  const history: History = { secret: '', milestones: [] };
  await site.query(
    historyQueries(
      numbers.map(({ number }) => number),
      history,
    ),
  );
  return history;
}

/** The history with a milestone that includes a db_version: it is made if there is none yet. */
export async function upTo(version: number, history: History, site: Site): Promise<History> {
  if ((history.milestones.at(-1)?.version ?? 0) >= version) return history;
  const now: History = { secret: '', milestones: [] };
  await site.write([...addMilestone(), ...historyQueries([], now)]);
  return now;
}

const signature = async (signed: string, secret: string, siteId: Uint8Array) =>
  (await sha256(`${secret} ${bytesToHex(siteId)} ${signed}`)).slice(0, 16);

function wasRestored(): CrrSyncError {
  return new CrrSyncError(
    'CRR_SYNC_RESTORED',
    'a client knows of writes that this database does not have, so it was restored from a backup, or lost its last transactions: it has taken a new site id, and the clients start over and bring what was lost',
  );
}

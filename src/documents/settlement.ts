import type { LogEntry, RowState } from '../tables/cells/document.js';
import { seedClientOf, sqlClientOf } from './client-id.js';
import { diffWords } from './diff.js';
import { rebase } from './rebase.js';
import { pendingWrite, type SessionParts } from './session-parts.js';
import { ownUpdates, Tail } from './tail.js';

/** What is written to put a write by SQL into its document. */
export interface Settlement {
  /** Undefined if the document has what was written. */
  readonly update: Uint8Array | undefined;
  readonly baseline: Uint8Array | undefined;
  /** The text of the document with it; undefined if there is still no document. */
  readonly text: string | undefined;
}

/**
 * What a write by SQL becomes in its document, from what the database has of it and nothing else. Several processes may find one
 * write: each makes the edit in a copy of its own, writes it if the row is still as it was read, and throws it away
 * otherwise. Who edits the document gets it like the edit of another process.
 *
 * @returns undefined if there is nothing to do, or updates are missing that others depend on.
 */
export function settlementOf(
  { codec }: Pick<SessionParts, 'codec'>,
  pk: Uint8Array,
  row: RowState,
  log: readonly LogEntry[],
): Settlement | undefined {
  const isBegun = log.length > 0;
  const written = pendingWrite(row, isBegun);
  if (written === undefined) return undefined;
  const { shown = '' } = row;
  const { over, plain } = written;
  const seedFor = (text: string) => codec.seed(text, seedClientOf(pk, text));
  const none = { update: undefined, baseline: undefined };
  if (!isBegun && over === shown) return { ...none, text: undefined };
  // A first text is no edit: sites that write the same one begin with the same bytes.
  if (!isBegun && over === '') return { ...none, update: seedFor(shown), text: shown };
  const updates = log.map(({ value }) => value);
  const begins = updates.some(codec.isUpdate) || over === '' ? [] : [seedFor(over)];
  const document = codec.open([...begins, ...updates], sqlClientOf(row.siteId, pk));
  try {
    if (document.isPartial()) return undefined;
    // Others may have begun the document with what was written when there was none.
    const isIn = isBegun && plain !== undefined && plain !== '' && document.has(seedFor(plain));
    const from = isIn ? plain : over;
    document.replace(rebase(diffWords(from, shown), from, document.text()));
    const edit = document.takeUpdate();
    const text = document.text();
    if (edit === undefined) return { ...none, text };
    const update = begins.length === 0 ? edit : document.join([...begins, edit]);
    const tail = new Tail();
    tail.read(log);
    const baseline = tail.isLong(update) ? document.compact(ownUpdates(log, update)) : undefined;
    return { update, baseline, text };
  } finally {
    document.close();
  }
}

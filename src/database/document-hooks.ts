import type { Change } from '../model/change.js';
import { noteSent } from '../tables/cells/plain-text.js';
import type { KeyedRow, MergeReport } from './apply-result.js';
import { type ChangeStream, changeStream, type ReadPage } from './change-stream.js';
import type { Feed, FeedParts } from './feed.js';

/** What keeps the columns that show documents up to date; see src/documents. */
export interface DocumentHooks {
  /** Rejects with a CrrChangeError if a change of a document is nothing that its codec has made. */
  check(changes: readonly Change[]): Promise<void>;
  /**
   * To be called after a merge.
   *
   * @param returned rows that a constraint had kept out of their tables. That they are back is no news of theirs.
   */
  settle(returned?: readonly KeyedRow[]): Promise<void>;
  /** Puts what anybody has written by SQL into its documents, and ends when nothing is under way. */
  settled(): Promise<void>;
}

/** A write by SQL may come between {@link onceSettled} and a page as often. */
const MOST_TRIES = 3;

/** The feed, with what was written by SQL a moment ago: it belongs there as an update of its document. */
export function onceSettled(
  documents: DocumentHooks | undefined,
  parts: Omit<FeedParts, 'beforeSending'>,
  feedOf: (parts: FeedParts) => Feed,
): ChangeStream<ReadPage> {
  const beforeSending: FeedParts['beforeSending'] = async (texts, tries) => {
    if (documents !== undefined && tries < MOST_TRIES) {
      await documents.settled();
      return true;
    }
    // Others may begin the document with the text now, so it is no edit any more, whoever has the codec later.
    await parts.connection.batch(texts.map(noteSent), 'write');
    return false;
  };
  const feed = feedOf({ ...parts, beforeSending });
  return changeStream(
    async () => {
      await documents?.settled();
      return feed.first();
    },
    async function* () {
      await documents?.settled();
      yield* feed.pages();
    },
  );
}

/**
 * A merge, after which the columns show what has arrived. Nothing of it is left for later: a Worker may stop when it has answered.
 *
 * @param checks whether to refuse what is no update. A server without the codec passes on what it cannot check, and that
 * must not end the sync of everybody else.
 */
export async function thenSettle(
  documents: DocumentHooks | undefined,
  changes: readonly Change[],
  checks: boolean,
  merge: () => Promise<MergeReport>,
): Promise<MergeReport> {
  if (checks) await documents?.check(changes);
  // A later plain text of another site would take the place of one that is not in its document yet.
  if (changes.length > 0) await documents?.settled();
  const report = await merge();
  const { inserted, updated, shown } = report;
  const isNews = [changes, inserted, updated, shown].some(({ length }) => length > 0);
  if (isNews) await documents?.settle(shown);
  return report;
}

import type { Change } from '../model/change.js';
import type { MergeReport } from './apply-result.js';
import { type ChangeStream, changeStream, type ReadPage } from './change-stream.js';
import type { Feed } from './feed.js';

/** What keeps the columns that show documents up to date; see src/documents. */
export interface DocumentHooks {
  /** To be called after a merge. */
  settle(): Promise<void>;
  /** Ends when nothing is under way. */
  settled(): Promise<void>;
}

/** The feed, with what was written by SQL a moment ago: it belongs there as an update of its document. */
export function onceSettled(
  documents: DocumentHooks | undefined,
  feed: Feed,
): ChangeStream<ReadPage> {
  if (documents === undefined) {
    return changeStream(
      () => feed.first(),
      () => feed.pages(),
    );
  }
  return changeStream(
    () => documents.settled().then(() => feed.first()),
    async function* () {
      await documents.settled();
      yield* feed.pages();
    },
  );
}

/** A merge, after which the columns show what has arrived. */
export async function thenSettle(
  documents: DocumentHooks | undefined,
  changes: readonly Change[],
  merge: Promise<MergeReport>,
): Promise<MergeReport> {
  const report = await merge;
  if (changes.length > 0) await documents?.settle();
  return report;
}

import type { Connection } from '../database/connection.js';
import type { Place, RowState } from '../tables/cells/document.js';
import type { TextCodec } from './codec.js';

/** What a session needs of the database. */
export interface SessionParts {
  readonly connection: Connection;
  readonly place: Place;
  readonly codec: TextCodec;
  /** The lane of this process now. */
  readonly lane: () => Promise<number>;
  /** Called after each write. */
  readonly onWritten: () => void;
}

/**
 * A write by SQL that is not in the document yet, if there is one.
 *
 * @param isBegun otherwise a document begins with the plain text that others have.
 */
export const pendingWrite = ({ written }: RowState, isBegun: boolean) =>
  written?.isSent && !isBegun ? undefined : written;

/**
 * The plain text that a document begins with. A write by SQL is an edit of the text before it, which other sites may have begun
 * with.
 */
export const textBefore = (row: RowState): string => {
  const written = pendingWrite(row, false);
  return written === undefined || written.over === '' ? (row.plain ?? '') : written.over;
};

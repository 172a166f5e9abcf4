import type { CrrErrorCode } from '../../errors.js';
import type { ApplyResult, RowRef } from '../site.js';

/** What one sync did. */
export interface SyncResult {
  /** Changes sent. */
  readonly pushed: number;
  /** How many cells won at the server. */
  readonly pushedWon: number;
  /**
   * Changes sent that wait at the server, because the clock of their writer is ahead by more than its `maxDrift`:
   * others get them when their time has come.
   */
  readonly pushedHeld: number;
  /** Changes received. */
  readonly pulled: number;
  /** How many cells won here. */
  readonly pulledWon: number;
  /** Rows that have changed and that this site may not see, or may no longer see. */
  readonly hidden: number;
  /** Rows whose changes the server has not taken, now or earlier, because this site may not write them, or a cell is too large. */
  readonly refused: number;
  /** These rows. They are sent again when they change, or when the server grants other rights. */
  readonly refusedRows: readonly RefusedRowRef[];
  /** Rows of this sync whose changes break a constraint of the database that they were sent to. */
  readonly rejected: number;
  /** These rows. That database keeps the changes, and tries them again when the row changes. */
  readonly rejectedRows: readonly RejectedRowRef[];
  /** Cells of this sync that were left out, because they do not fit in a message. */
  readonly tooLarge: number;
  /** These cells. */
  readonly tooLargeCells: readonly TooLargeCellRef[];
  readonly requests: number;
  /** Bytes of request bodies. */
  readonly bytesSent: number;
  /** Bytes of answers. */
  readonly bytesReceived: number;
  /** Whether both sides have the same CRRs. If not, changes may be pending on either side. */
  readonly sameSchema: boolean;
  /** The server's site id. */
  readonly server: Uint8Array;
  /** The server's db_version. All its changes up to this are here. */
  readonly serverVersion: number;
}

/** A row whose changes the server has not taken. */
export interface RefusedRowRef extends RowRef {
  /**
   * Why: CRR_CHANGE_TABLE_REFUSED, CRR_CHANGE_COLUMN_REFUSED, CRR_CHANGE_ROW_REFUSED, CRR_CHANGE_VALUE,
   * CRR_CHANGE_QUOTA, CRR_SYNC_TOO_LARGE or
   * another code.
   */
  readonly code: string;
  /** The row was dropped here, because this site may not see it either. */
  readonly dropped: boolean;
}

/** A row whose changes a database has rejected, because they break a constraint. */
export interface RejectedRowRef extends RowRef {
  /** Whether the server has rejected what was pushed, or this database what was pulled. */
  readonly by: 'server' | 'client';
}

/** A cell that does not fit in a message. The key is empty if it is too large itself. */
export interface TooLargeCellRef extends RowRef {
  /** The column's name in the database. */
  readonly cid: string;
  /** Whose limit it exceeds: the server's for requests, or the client's for answers. */
  readonly limitOf: 'server' | 'client';
}

/** How far a sync has got. */
export interface SyncProgress {
  /** Changes sent so far. */
  readonly pushed: number;
  /** Changes received so far. */
  readonly pulled: number;
  readonly requests: number;
  /** The share of all changes to be transferred that is done, from 0 to 1. It never decreases. */
  readonly share: number;
  /** The server's db_version. */
  readonly serverVersion: number;
  /** The db_version of the server up to which its changes are here. */
  readonly pulledTo: number;
  /** The db_version of this database. */
  readonly localVersion: number;
  /** The db_version of this database up to which the server has its changes. */
  readonly pushedTo: number;
}

/** What a sync reports while it runs. */
export interface SyncReporter {
  onProgress(progress: SyncProgress): void;
  /** Called if rows of this database have changed. */
  onApplied(result: ApplyResult): void;
  /** Called with the rows that an answer hides, once they are dropped here. */
  onHidden(rows: readonly RowRef[]): void;
  /** Called with the rows that an answer refuses. */
  onRefused(rows: readonly RefusedRowRef[]): void;
  /** Called with the rows that either side rejects. */
  onRejected(rows: readonly RejectedRowRef[]): void;
  /** Called when the cause of a refusal was removed. */
  onRecovered(code: CrrErrorCode): void;
}

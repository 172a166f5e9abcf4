/*
 * What the listeners of `onEvent` are called with. Events hold counts, sizes, durations and codes: no values and keys
 * of rows, no names of tables, no site ids, no ids of users. So they can go to any log, and as attributes of metrics
 * they have few values.
 */

/** How many of each an apply did. */
export interface ApplyCounts {
  /** Rows, each counted as in the lists of `ApplyResult`. */
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly parked: number;
  readonly shown: number;
  readonly masked: number;
  readonly unmasked: number;
  /** Rows whose changes the database rejected. */
  readonly rejected: number;
  /** Rows that the source of the changes may not write. */
  readonly refused: number;
  /** Cells. */
  readonly cellsWon: number;
  readonly cellsIgnored: number;
  /** Changes that wait. */
  readonly pending: number;
  /** Those of them that are ahead of their time. */
  readonly held: number;
}

/** A batch was merged into this database, by `apply()`, by sync, or because something that waited could be applied. */
export interface ApplyEvent extends ApplyCounts {
  readonly type: 'apply';
  /** Changes in the batch. */
  readonly changes: number;
  readonly durationMs: number;
}

/** A batch was not merged. The database is as it was before. */
export interface ApplyFailedEvent {
  readonly type: 'apply-failed';
  readonly changes: number;
  readonly durationMs: number;
  /** The code of the `CrrError`; undefined if the driver failed. */
  readonly code: string | undefined;
}

/** This database has a new site id: it was a copy, was restored, or `rotateSiteId()` was called. */
export interface SiteIdChangedEvent {
  readonly type: 'site-id-changed';
}

/** A sync has ended. The numbers are those of its `SyncResult`. */
export interface SyncEndedEvent {
  readonly type: 'sync';
  readonly pushed: number;
  readonly pushedWon: number;
  readonly pushedHeld: number;
  readonly pulled: number;
  readonly pulledWon: number;
  readonly hidden: number;
  readonly refused: number;
  readonly rejected: number;
  readonly tooLarge: number;
  readonly requests: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly sameSchema: boolean;
  readonly durationMs: number;
}

/** A sync has failed. What it had exchanged before stays. */
export interface SyncFailedEvent {
  readonly type: 'sync-failed';
  readonly durationMs: number;
  /** The code of the `CrrError`; undefined if the driver of this database failed. */
  readonly code: string | undefined;
  /** The status of the answer; undefined if there was none. */
  readonly status: number | undefined;
}

/** A client got the answer to a request, or will not get one. Retries are part of the request. */
export interface SyncRequestEvent {
  readonly type: 'sync-request';
  readonly durationMs: number;
  /** Bytes of the bodies. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Undefined if the server answered as asked. */
  readonly code: string | undefined;
}

/** A client sends a request again after a delay. */
export interface SyncRetryEvent {
  readonly type: 'sync-retry';
  /** How many times the request has failed. */
  readonly attempt: number;
  readonly delayMs: number;
  /** The status of the answer; undefined if there was none. */
  readonly status: number | undefined;
}

/** A client has removed the cause of a refusal, and goes on. */
export interface SyncRecoveryEvent {
  readonly type: 'sync-recovery';
  /** The code of the refusal. */
  readonly code: string;
}

/** The state of a continuous sync has changed. */
export interface SyncPhaseEvent {
  readonly type: 'sync-phase';
  readonly phase: 'stopped' | 'idle' | 'syncing' | 'waiting' | 'offline' | 'refused';
}

/** A handler has answered a request. */
export interface HandlerRequestEvent {
  readonly type: 'handler-request';
  /** POST is an exchange, GET opens a live stream, PUT sets the presence of a client. */
  readonly method: 'POST' | 'GET' | 'PUT' | 'other';
  readonly status: number;
  /** Why the request was refused, or 'CRR_SYNC_SERVER' if this side failed; undefined if it was answered. */
  readonly code: string | undefined;
  readonly durationMs: number;
  /** Bytes of the bodies. 0 for live streams. */
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Changes that the client pushed, and that it was sent. */
  readonly pushed: number;
  readonly pulled: number;
  /** Keys that it was sent of rows that it may not see. */
  readonly hidden: number;
  /** Rows that were left out because it may not write them, and rows that the database rejected. */
  readonly refused: number;
  readonly rejected: number;
  /** Changes that wait. */
  readonly pending: number;
}

/** A handler has repaired something by itself: its database was restored from a backup, and has a new site id. */
export interface HandlerRecoveryEvent {
  readonly type: 'handler-recovery';
  readonly code: string;
}

/** Something that was done or has failed, in numbers. Tell them apart by `type`. */
export type CrrEvent =
  | ApplyEvent
  | ApplyFailedEvent
  | SiteIdChangedEvent
  | SyncEndedEvent
  | SyncFailedEvent
  | SyncRequestEvent
  | SyncRetryEvent
  | SyncRecoveryEvent
  | SyncPhaseEvent
  | HandlerRequestEvent
  | HandlerRecoveryEvent;

import type { DriverRow, DriverValue } from '../sql/driver-value.js';
import type { Statement } from '../sql/statement.js';
import type { MigrationBundle } from './migrations.js';

/** What a tab asks of the worker that has the database. */
export interface Request {
  readonly tab: string;
  /** Counts the requests of a tab. */
  readonly id: number;
  /** Answers to all requests before this one have arrived. */
  readonly answeredBefore: number;
  /** The request was sent before, perhaps to a worker that is gone. */
  readonly isRepeated: boolean;
  /** The number of the tab's transaction that it belongs to, from BEGIN to COMMIT or ROLLBACK. */
  readonly transaction: number | undefined;
  readonly ask: Ask;
}

export type Ask =
  /** Answers when the database is open. */
  | { readonly type: 'open'; readonly bundle: MigrationBundle | undefined }
  | { readonly type: 'query'; readonly statement: Statement }
  /** All statements, or none. */
  | {
      readonly type: 'batch';
      readonly statements: readonly Statement[];
      readonly mode: 'read' | 'write';
    };

export interface Answer {
  readonly id: number;
  /** The rows of each statement. */
  readonly results?: DriverRow[][];
  readonly error?: PlainError;
}

/** What crosses between threads of an error; its class does not. */
export interface PlainError {
  readonly message: string;
  readonly code: string | undefined;
}

/** Told to all tabs. */
export type News =
  /** The worker of the leading tab has begun to open the database, which may take long. */
  | { readonly type: 'starting' }
  /** A worker has opened the database: what was asked of another one is to be asked again. */
  | { readonly type: 'open' }
  /** The worker of the leading tab cannot open the database. */
  | { readonly type: 'unopened'; readonly error: PlainError }
  /** The worker of the leading tab did not start, and no other tab has the database. */
  | { readonly type: 'failed'; readonly error: PlainError }
  /** Something was committed. */
  | { readonly type: 'written' };

/** The first message to a worker. */
export interface OpenMessage {
  readonly drizzleCrr: 'open';
  readonly database: string;
  readonly busyTimeout: number;
}

export const plainError = (error: unknown): PlainError => {
  const { message, code } = (error ?? {}) as {
    readonly message?: unknown;
    readonly code?: unknown;
  };
  return {
    message: typeof message === 'string' ? message : String(error),
    code: typeof code === 'string' ? code : undefined,
  };
};

/** JSON of rows; integers and bytes that JSON has not are objects. */
export const rowsToJson = (results: readonly DriverRow[][]): string =>
  JSON.stringify(results, (_, value: unknown) => {
    if (typeof value === 'bigint') return { integer: String(value) };
    if (value instanceof Uint8Array) return { bytes: Array.from(value) };
    return value;
  });

export const rowsFromJson = (json: string): DriverRow[][] =>
  JSON.parse(json, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const { integer, bytes } = value as { readonly integer?: string; readonly bytes?: number[] };
    return (integer === undefined ? new Uint8Array(bytes!) : BigInt(integer)) as DriverValue;
  }) as DriverRow[][];

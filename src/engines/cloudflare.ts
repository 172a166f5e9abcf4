import type { SqlValue } from '../model/value.js';

/** Limits of D1 and of SQLite in Durable Objects. Their batches have one of time, too. */
export const CLOUDFLARE_LIMITS = {
  maxParameters: 100,
  maxStatementBytes: 99_000,
  maxColumns: 100,
} as const;

/**
 * Neither takes a bigint. The generated SQL binds none; conditions of the application may. An integer column
 * compares a number or a text as the integer that it is.
 */
export function withoutBigints(args: readonly SqlValue[]): unknown[] {
  return args.map((arg) => {
    if (typeof arg !== 'bigint') return arg;
    return Number.isSafeInteger(Number(arg)) ? Number(arg) : String(arg);
  });
}

import type { Crr } from './crr.js';

/**
 * Marks what `withCrr` returns. A text rather than a unique symbol: the types of the ESM and of the
 * CommonJS build must be the same type.
 */
export const BRAND = '~drizzle-crr';

/**
 * A Drizzle database with `$crr`, as `withCrr` returns it. Functions that take a database, such as
 * `createSync` and `createSyncHandler`, ask for this type: an object with just a `$crr` is not enough.
 */
export interface CrrDatabase {
  readonly $crr: Crr;
  readonly [BRAND]: true;
}

import type { Crr } from './crr.js';

/**
 * A Drizzle database with `$crr`, as `withCrr` returns it. Functions that take a database, such as
 * `createSync` and `createSyncHandler`, ask for this type: an object with just a `$crr` is not enough.
 */
export interface CrrDatabase {
  readonly $crr: Crr;
  /**
   * Only `withCrr` makes it. A text rather than a unique symbol, so that it is the same property in the
   * types of the ESM and of the CommonJS build.
   */
  readonly '~withCrr': true;
}

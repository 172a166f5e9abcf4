import type { CrrCore } from '../database/crr.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import type { ResolveSince } from './internals.js';

/** Decides conflicts for sync. What does so is loaded when it is called. */
export const resolveLater =
  (core: CrrCore, schema: DrizzleSchema): ResolveSince =>
  async (version, resolve, note) => {
    const { resolveSince } = await import('./resolve.js');
    const { unresolved } = await resolveSince(core, schema, version, resolve, note);
    return unresolved.map(({ error }) => error);
  };

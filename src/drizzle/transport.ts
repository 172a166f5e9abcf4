import type { CrrCore } from '../database/crr.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import { mergeResult } from './apply-result.js';
import type { CrrTransport } from './crr.js';
import { feedOptions, requireMergeOptions } from './options.js';

/** {@link CrrTransport} of a database. */
export function transportOf(core: CrrCore, schema: DrizzleSchema): CrrTransport {
  return {
    state: () => core.state(),
    peers: (siteIds) => core.peers(siteIds),
    waitingTables: (source, options = {}) => core.waitingTables(source, options.withRejected),
    read: (options = {}) => core.read('transport.read()', feedOptions('transport.read()', options)),
    async merge(changes, options = {}) {
      requireMergeOptions('transport.merge()', options);
      return mergeResult(await core.merge(changes, options), schema);
    },
  };
}

import type { CompactOptions, CompactResult } from '../database/compact.js';
import type { CrrCore } from '../database/crr.js';
import { optionsOf, refuseUnknownOptions } from '../model/options.js';

const COMPACT = optionsOf<CompactOptions>({
  upTo: true,
  peerExpiry: true,
  limit: true,
  onProgress: true,
});

export function compact(core: CrrCore, options: CompactOptions): Promise<CompactResult> {
  refuseUnknownOptions('compact()', options, COMPACT);
  return core.compact(options);
}

import type { CompactOptions, CompactResult } from '../database/compact.js';
import type { CrrCore } from '../database/crr.js';
import { optionsOf, requireOptions } from '../model/options.js';

const COMPACT = optionsOf<CompactOptions>({
  upTo: 'any',
  peerExpiry: 'any',
  limit: 'any',
  onProgress: 'function',
});

export function compact(core: CrrCore, options: CompactOptions): Promise<CompactResult> {
  requireOptions('compact()', options, COMPACT);
  return core.compact(options);
}

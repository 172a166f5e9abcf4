import { expect } from 'vitest';
import type { CrrDatabase } from '../../src/index.js';

/** Nothing in the bookkeeping of these databases contradicts their rows. */
export async function expectSound(...sites: readonly Pick<CrrDatabase, '$crr'>[]): Promise<void> {
  for (const { $crr } of sites) {
    const { findings, skipped } = await $crr.verify();
    expect(findings).toEqual([]);
    expect(skipped).toEqual([]);
  }
}

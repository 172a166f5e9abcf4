import { expect, test } from 'vitest';
import { ourSite } from './our-site.js';
import { runHistories } from './run-histories.js';
import { oracleSite } from './site.js';

test('cr-sqlite and our sites exchange changes in one mesh', { timeout: 86_400_000 }, async () => {
  // Beside each mixed mesh, one of cr-sqlite alone: the guests must not change how it ends.
  const worlds = (index: number) => [
    { name: 'cr-sqlite', open: () => oracleSite },
    { name: 'mixed', open: (site: number) => ((site + index) % 2 === 0 ? ourSite : oracleSite) },
  ];
  await expect(runHistories({ worlds, share: 0.2 })).resolves.toBeUndefined();
});

import { expect, test } from 'vitest';
import { ourSite } from './our-site.js';
import { runHistories } from './run-histories.js';

// Not compared with cr-sqlite, which does not stamp the cells of a changed key anew: its own sites
// do not converge in such histories.
test('sites whose rows change their keys converge', { timeout: 86_400_000 }, async () => {
  const worlds = [{ name: 'ours', open: () => ourSite }];
  const run = runHistories({ worlds: () => worlds, keyChanges: true, share: 0.15 });
  await expect(run).resolves.toBeUndefined();
});

import { expect, test } from 'vitest';
import { ourSite } from './our-site.js';
import { runHistories } from './run-histories.js';
import { oracleSite } from './site.js';

test('random histories end as they do in cr-sqlite', { timeout: 86_400_000 }, async () => {
  const worlds = [
    { name: 'cr-sqlite', open: () => oracleSite },
    { name: 'ours', open: () => ourSite },
  ];
  await expect(runHistories({ worlds: () => worlds })).resolves.toBeUndefined();
});

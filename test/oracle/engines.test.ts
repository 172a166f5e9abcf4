import { expect, test } from 'vitest';
import { OPENERS } from '../engines/openers.js';
import { engineSite } from './engine-site.js';
import { ourSite } from './our-site.js';
import { runHistories } from './run-histories.js';
import { oracleSite } from './site.js';

/**
 * Those that open hundreds of databases at once: a file, a server or a runtime for each would take minutes. Not
 * better-sqlite3: the package libsql, which stands in for it, panics when Drizzle binds a single blob.
 */
const IN_MEMORY = [
  'sql.js',
  'sqlite-proxy',
  'sqlite-wasm in Node, by sqlite-proxy',
  'Expo SQLite, stand-in',
];
const sites = [
  ourSite,
  ...IN_MEMORY.map((name) => engineSite(OPENERS.find((opener) => opener.name === name)!)),
];

test('histories of sites on different engines end as they do in cr-sqlite', {
  timeout: 86_400_000,
}, async () => {
  const worlds = (index: number) => [
    { name: 'cr-sqlite', open: () => oracleSite },
    { name: 'engines', open: (site: number) => sites[(site + index) % sites.length]! },
  ];
  await expect(runHistories({ worlds, share: 0.05 })).resolves.toBeUndefined();
});

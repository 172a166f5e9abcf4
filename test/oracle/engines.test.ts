import { expect, test } from 'vitest';
import { openBetterSqlite3 } from '../../tools/better-sqlite3/index.js';
import {
  betterFile,
  d1InMiniflare,
  expo,
  type Opener,
  op,
  proxy,
  sqliteWasm,
  sqlJsMemory,
  tursoFile,
} from '../engines/openers.js';
import { closeLater } from '../support/closing.js';
import { isDrizzle1 } from '../support/drizzle-line.js';
import { engineSite } from './engine-site.js';
import { ourSite } from './our-site.js';
import { runHistories } from './run-histories.js';
import { type OpenSite, oracleSite } from './site.js';

/** Hundreds of databases are opened: a file for each would take minutes. */
const better: Opener = {
  ...betterFile,
  async openClient() {
    const client = openBetterSqlite3(':memory:');
    closeLater(() => client.close());
    return client;
  },
};

/** Turso 0.7.2 fails at `UPDATE watched SET id = id` of a table with triggers of the application: those run on libSQL. */
const withoutTriggers =
  (open: OpenSite): OpenSite =>
  (shape) =>
    shape.triggers === undefined ? open(shape) : ourSite(shape);

/** The other line of Drizzle runs those that have a driver only there. */
const openers = isDrizzle1
  ? [tursoFile, op]
  : [better, d1InMiniflare, sqlJsMemory, proxy, sqliteWasm, expo];
const engines = openers
  .filter(({ missing }) => missing === undefined)
  .map((opener) =>
    opener === tursoFile ? withoutTriggers(engineSite(opener)) : engineSite(opener),
  );
const sites = [oracleSite, ourSite, ...engines];

test('histories of sites on different engines, and in cr-sqlite itself, end as they do in cr-sqlite alone', {
  timeout: 86_400_000,
}, async () => {
  const worlds = (index: number) => [
    { name: 'cr-sqlite', open: () => oracleSite },
    { name: 'engines', open: (site: number) => sites[(site + index) % sites.length]! },
  ];
  await expect(runHistories({ worlds, share: 0.03 })).resolves.toBeUndefined();
});

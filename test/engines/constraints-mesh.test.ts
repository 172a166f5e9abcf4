/** Sites with constraints on different engines, some with foreign keys off: each checks itself after each merge, and all end alike. */
import { expect, onTestFinished, test } from 'vitest';
import { internalsOf } from '../../src/drizzle/internals.js';
import { libsql } from '../../src/engines/libsql.js';
import { type CrrDatabase, withCrr } from '../../src/index.js';
import { statement } from '../../src/sql/statement.js';
import { sqldBinary, startSqld } from '../../tools/sqld/index.js';
import { runHistory } from '../constraints/run-history.js';
import { constrained, free } from '../constraints/schema.js';
import { Site } from '../constraints/site.js';
import { openClient } from '../support/client.js';
import { createTableSql } from '../support/create-table.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { OPENERS, type Opener } from './openers.js';

const HISTORIES = Math.ceil(numberFromEnv('CRR_HISTORIES', 200) / 100);
const STEPS = 20;

/** A server, over HTTP. */
const sqld: Opener = {
  name: 'libSQL, sqld',
  adapter: libsql,
  drizzle: OPENERS.find(({ adapter }) => adapter === libsql)!.drizzle!,
  missing: sqldBinary() === undefined ? 'no sqld binary for this platform' : undefined,
  async openClient() {
    const server = (await startSqld())!;
    onTestFinished(() => server.stop());
    return openClient({ url: server.httpUrl });
  },
};

/** Whatever has a driver in this line of Drizzle. A replica sees what it wrote only after a sync. */
const ENGINES = [...OPENERS, sqld].filter(
  ({ name, drizzle, missing }) =>
    drizzle !== undefined && missing === undefined && !name.includes('replica'),
);
const isRemote = ({ name }: Opener) => name === sqld.name || name.startsWith('D1');

test('there are engines with and without a server', () => {
  expect(ENGINES.length).toBeGreaterThan(6);
});

test.each(
  Array.from({ length: HISTORIES }, (_, i) => [i, hash('engines, constraints', seedFromEnv(), i)]),
)(
  'sites with constraints on different engines: history %i, seed %i',
  {
    timeout: 86_400_000,
  },
  async (history, seed) => {
    const random = new Random(seed!);
    // The remote ones are slow, so they take part in the first history only.
    const local = random.shuffle(ENGINES.filter((engine) => !isRemote(engine)));
    const openers = history === 0 ? [...ENGINES.filter(isRemote), local[0]!] : local.slice(0, 4);
    const sites = await Promise.all(openers.map(openConstrained));
    await runHistory(random, { sites, openPeer: () => Site.open(free) }, STEPS);
  },
);

async function openConstrained({ adapter, openClient: open, drizzle }: Opener): Promise<Site> {
  const client = await open();
  expect(adapter.connect(client, {})).toBeDefined();
  const database = drizzle!(client as never) as never;
  const db: CrrDatabase = withCrr(database, { schema: constrained });
  const tables = Object.values(constrained).map((table) => statement(createTableSql(table)));
  await internalsOf(db.$crr).connection.batch(tables, 'write');
  await db.$crr.install();
  return new Site(db);
}

/** A mesh of sites that write at random and hand each other parts of their feeds, in any order, also twice. */
import type { Client } from '@libsql/client';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Change } from '../../../src/index.js';
import { bytesToHex } from '../../../src/model/value.js';
import { quoteName } from '../../../src/sql/quote.js';
import { memoryClient } from '../../support/client.js';
import type { Random } from '../../support/random.js';
import { openSite } from '../../support/site.js';
import { expectSound } from '../../support/sound.js';

export interface MeshSite {
  readonly client: Client;
  readonly db: Awaited<ReturnType<typeof openSite>>;
  readonly id: string;
}

export type Schema = Readonly<Record<string, SQLiteTable>>;

export async function openMeshSite(schema: Schema): Promise<MeshSite> {
  const client = memoryClient({ intMode: 'bigint' });
  const db = await openSite(schema, client);
  return { client, db, id: bytesToHex(await db.$crr.siteId()) };
}

/** Everything that rows of a table hold, as text, with storage classes. */
export async function rowsOf({ client }: MeshSite, table: string): Promise<string[]> {
  const { rows: columns } = await client.execute(
    `SELECT name FROM pragma_table_info('${table}') ORDER BY name`,
  );
  const values = columns.map(({ name }) => `quote(${quoteName(String(name))})`).join(" || ',' || ");
  const { rows } = await client.execute(`SELECT ${values} FROM ${quoteName(table)} ORDER BY 1`);
  return rows.map((row) => String(row[0]));
}

/** Delivers a random part of `from`'s feed: shuffled, in random batches, some of them twice. */
export async function deliver(random: Random, from: MeshSite, to: MeshSite): Promise<void> {
  const { changes: all } = await from.db.$crr.changes();
  const part = random.chance(0.5) ? [...all] : all.filter(() => random.chance(0.6));
  await applyAtRandom(random, to, part);
}

export async function applyAtRandom(
  random: Random,
  to: MeshSite,
  changes: readonly Change[],
): Promise<void> {
  const rest = random.shuffle(changes);
  while (rest.length > 0) {
    const batch = rest.splice(0, 1 + random.int(rest.length));
    await to.db.$crr.apply(batch);
    if (random.chance(0.2)) await to.db.$crr.apply(random.shuffle(batch));
  }
}

/** Everybody hears everything, by cursors and without their own words, as a sync would do it. */
export async function settle(sites: readonly MeshSite[]): Promise<void> {
  for (let round = 0; round < 2; round++) {
    for (const from of sites) {
      for (const to of sites) {
        if (from === to) continue;
        const excludeSite = await to.db.$crr.siteId();
        await to.db.$crr.apply(await from.db.$crr.changes({ excludeSite }));
      }
    }
  }
  await expectSound(...sites.map(({ db }) => db));
}

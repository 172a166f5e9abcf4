/** Random histories in which a server's database is migrated while a process from before goes on beside a newer one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@libsql/client';
import { afterAll, expect, test } from 'vitest';
import { createSyncHandler, type SyncHandler } from '../../src/sync/index.js';
import { openClient } from '../support/client.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { openSite } from '../support/site.js';
import { MIGRATIONS, type Migration, migrate, open, rowsOf, syncOf, V1 } from './old-process.js';

const SEED = seedFromEnv();
const HISTORIES = numberFromEnv('CRR_HISTORIES', 12);
const ONLY = process.env.CRR_HISTORY;
const STEPS = 24;

const folder = mkdtempSync(join(tmpdir(), 'drizzle-crr-old-process-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes to notes, under the names that the columns have there. */
async function write(client: Client, random: Random): Promise<void> {
  const id = `r${random.int(4)}`;
  const { rows } = await client.execute(
    "SELECT name, type FROM pragma_table_info('notes') WHERE pk = 0 ORDER BY name",
  );
  const { name, type } = random.pick(rows);
  const number = random.int(5);
  const value = String(type).toLowerCase() === 'integer' || name === 'n' ? number : `v${number}`;
  const set = `UPDATE notes SET "${name}" = ${typeof value === 'string' ? `'${value}'` : value} WHERE id = '${id}'`;
  const what = random.int(5);
  if (what === 0) await client.execute(`DELETE FROM notes WHERE id = '${id}'`);
  else if (what === 1) await client.execute(`INSERT OR IGNORE INTO notes (id) VALUES ('${id}')`);
  else await client.execute(set);
}

async function run(number: number): Promise<void> {
  const random = new Random(hash(SEED, number));
  const migration: Migration = random.pick(Object.values(MIGRATIONS));
  const isLimited = random.chance(0.5);
  const url = `file:${join(folder, `${number}.db`)}`;
  const own = openClient({ url });
  const old = await openSite(V1, own);
  const handlerOf = (db: Parameters<typeof createSyncHandler>[0]['db'], name: string) =>
    createSyncHandler({
      db,
      ...(isLimited
        ? { authorize: () => ({ id: name, tables: { notes: true as const, tags: true as const } }) }
        : { public: true }),
      onError(error) {
        throw error;
      },
    });
  const a = (await openSite(V1)).$client;
  const b = (await openSite(migration.schema)).$client;
  let isMigrated = false;
  let aHasMigrated = false;
  const newer = openClient({ url });
  const sync = async (name: 'a' | 'b', handler: (name: string) => SyncHandler) => {
    const db =
      name === 'b' ? open(b, migration.schema) : open(a, aHasMigrated ? migration.schema : V1);
    await syncOf(db, handler(name)).sync();
  };
  const oldHandlers = new Map(['a', 'b'].map((name) => [name, handlerOf(old, name)]));
  const byOld = (name: string) => oldHandlers.get(name)!;
  const byNew = (name: string) => handlerOf(open(newer, migration.schema), name);
  for (let step = 0; step < STEPS; step++) {
    if (step === STEPS / 3) {
      await migrate(newer, migration);
      isMigrated = true;
    } else if (!aHasMigrated && isMigrated && random.chance(0.1)) {
      await migrate(a, migration);
      aHasMigrated = true;
    } else if (random.chance(0.6)) {
      await write(random.pick([a, b, own, newer]), random);
    } else {
      await sync(random.pick(['a', 'b']), isMigrated && random.chance(0.3) ? byNew : byOld);
    }
  }
  if (!aHasMigrated) await migrate(a, migration);
  aHasMigrated = true;
  for (let round = 0; round < 3; round++)
    for (const name of ['a', 'b'] as const) await sync(name, byNew);
  const rows = await rowsOf(newer);
  expect(await rowsOf(a)).toEqual(rows);
  expect(await rowsOf(b)).toEqual(rows);
  // The third never had what the migration drops, so there it may come yet.
  for (const client of [a, newer]) {
    const waiting = await client.execute(
      'SELECT table_name, cid, val, col_version, causal_length, source FROM crr_pending',
    );
    expect(waiting.rows.map((row) => ({ ...row }))).toEqual([]);
  }
}

test(`all sites agree once everybody is migrated (seed ${SEED})`, async () => {
  const numbers =
    ONLY === undefined ? Array.from({ length: HISTORIES }, (_, i) => i) : [Number(ONLY)];
  for (const number of numbers) {
    await run(number).catch((error: unknown) => {
      throw new Error(`CRR_SEED=${SEED} CRR_HISTORY=${number}: ${(error as Error).message}`, {
        cause: error,
      });
    });
  }
}, 120_000);

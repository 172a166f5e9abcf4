/** sqld, killed under load. CRR_SEED sets the seed, and CRR_KILLS how often it is killed at each job. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Sqld, sqldBinary, startSqld } from '../../tools/sqld/index.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { JOBS, type Job } from './jobs.js';
import { createAt, openAt } from './tables.js';
import { World } from './world.js';

const KILLS = numberFromEnv('CRR_KILLS', 1);
/** The bookkeeping is damaged by hand for a doctor, and sqld is no different there. */
const LOADS = ['write', 'apply', 'sync', 'compact', 'migrate'] satisfies Job[];

describe.skipIf(sqldBinary() === undefined)('sqld (needs its binary for this platform)', () => {
  test.each(LOADS)(
    'killed at %s, nothing is damaged, half done or lost, and an exchange goes on',
    { timeout: 60_000 + KILLS * 60_000 },
    async (job) => {
      const random = new Random(hash(seedFromEnv(), 'kill', 'sqld', job));
      const directory = mkdtempSync(join(tmpdir(), 'drizzle-crr-'));
      let server: Sqld | undefined;
      onTestFinished(async () => {
        await server?.stop();
        rmSync(directory, { recursive: true, force: true });
      });
      server = (await startSqld({ directory: join(directory, 'sqld') }))!;
      const port = Number(new URL(server.httpUrl).port);
      const world = new World({
        ours: server.httpUrl,
        theirs: `file:${join(directory, 'theirs.db')}`,
      });
      await createAt(world.urls.ours, undefined);
      await createAt(world.urls.theirs, 'WAL');
      for (let kill = 0; kill < KILLS; kill++) {
        await killAt(server, world, job, random);
        server = (await startSqld({ directory: join(directory, 'sqld'), port }))!;
        await world.expectWhole();
      }
      expect(world.count()).toBeGreaterThan(0);
      await world.expectConverged(job === 'sync' || job === 'compact' ? 'sync' : 'hand');
    },
  );
});

async function killAt(server: Sqld, world: World, name: Job, random: Random): Promise<void> {
  const clients = { ours: openAt(world.urls.ours), theirs: openAt(world.urls.theirs) };
  let isKilled = false;
  let left = 1 + random.int(30);
  const delay = random.int(40);
  let kill: Promise<void> | undefined;
  const job = JOBS[name]({
    clients,
    random,
    report(report) {
      world.take(report);
      if (--left > 0) return;
      kill ??= sleep(delay).then(() => {
        isKilled = true;
        return server.kill();
      });
    },
    goesOn: () => !isKilled,
  });
  await job.catch((error: unknown) => {
    if (!isKilled) throw error;
  });
  await kill;
  for (const client of Object.values(clients)) client.close();
}

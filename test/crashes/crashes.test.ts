/**
 * Processes that are killed wherever they are, on files. CRR_SEED sets the seed, and CRR_KILLS how often each job is killed
 * with each journal: 16 makes 224 kills.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { JOBS, type Job } from './jobs.js';
import { createAt } from './tables.js';
import { bundleVictim, type Victims } from './victims.js';
import { World } from './world.js';

const KILLS = numberFromEnv('CRR_KILLS', 1);

let victims: Victims;
beforeAll(async () => {
  victims = await bundleVictim();
});
afterAll(() => victims?.remove());

describe.each(['WAL', 'DELETE'] as const)('journal %s', (journal) => {
  test.each(Object.keys(JOBS) as Job[])(
    'killed at %s, nothing is damaged, half done or lost, and an exchange goes on',
    { timeout: 60_000 + KILLS * 60_000 },
    async (job) => {
      const seed = hash(seedFromEnv(), 'kill', journal, job);
      const random = new Random(seed);
      const directory = mkdtempSync(join(tmpdir(), 'drizzle-crr-'));
      onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
      const world = new World({
        ours: `file:${join(directory, 'ours.db')}`,
        theirs: `file:${join(directory, 'theirs.db')}`,
      });
      for (const url of Object.values(world.urls)) await createAt(url, journal);
      for (let kill = 0; kill < KILLS; kill++) {
        await victims.kill(world, job, random);
        await world.expectWhole(job === 'doctor');
      }
      expect(world.count()).toBeGreaterThan(0);
      const syncs = ['sync', 'compact', 'prune'].includes(job);
      await world.expectConverged(syncs ? 'sync' : 'hand');
    },
  );
});

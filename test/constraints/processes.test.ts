/** Processes that are killed while they merge, and several that write to one file: constraints hold, and nothing is lost. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Libsql from 'libsql';
import { expect, onTestFinished, test } from 'vitest';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { createFile } from './file-site.js';
import { randomTransaction } from './history.js';
import { free } from './schema.js';
import { Site, sorted } from './site.js';

const histories = Math.ceil(numberFromEnv('CRR_HISTORIES', 1) / 100);
const seeds = (name: string) =>
  Array.from({ length: histories }, (_, i) => hash(name, seedFromEnv(), i));

test.each(seeds('killed'))(
  'a process that is killed while it merges leaves a database that goes on: seed %i',
  { timeout: 600_000 },
  async (seed) => {
    const random = new Random(seed);
    const world = await twoFiles(random);
    await world.site.apply([]);
    // The first merges at least one page; a later one may have nothing left to do.
    const signals = [];
    for (let i = 0; i < 4; i++) {
      signals.push(await run(world, random, 0, 10 + random.int(i === 0 ? 100 : 300)));
      expectWhole(world.path);
      await world.site.check();
    }
    expect(signals[0]).toBe('SIGKILL');
    expect(await run(world, random, 0)).toBe(null);
    await expectAgreed(world);
  },
);

test.each(seeds('two processes'))(
  'two processes and this one write to a file and merge into it: seed %i',
  { timeout: 600_000 },
  async (seed) => {
    const random = new Random(seed);
    const world = await twoFiles(random);
    const others = [run(world, random, 40), run(world, random, 40)];
    let isDone = false;
    const done = Promise.all(others).then((signals) => {
      isDone = true;
      return signals;
    });
    while (!isDone) {
      await world.site.write(randomTransaction(random));
      const since = random.int(60);
      await world.site.db.$crr.apply((await world.other.db.$crr.changes({ since })).changes);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await done).toEqual([null, null]);
    expectWhole(world.path);
    await world.site.apply([]);
    await expectAgreed(world);
  },
);

interface Files {
  readonly path: string;
  readonly otherPath: string;
  readonly site: Site;
  readonly other: Site;
}

async function twoFiles(random: Random): Promise<Files> {
  const directory = mkdtempSync(join(tmpdir(), 'drizzle-crr-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const [path, otherPath] = [join(directory, 'site.db'), join(directory, 'other.db')];
  const [site, other] = [await createFile(path), await createFile(otherPath)];
  for (let i = 0; i < 60; i++) await site.write(randomTransaction(random));
  for (let i = 0; i < 120; i++) await other.write(randomTransaction(random));
  return { path, otherPath, site, other };
}

/** @returns the signal that ended the process, null if it ended well. */
function run({ path, otherPath }: Files, random: Random, steps: number, last = 0) {
  const script = fileURLToPath(new URL('./file-process.ts', import.meta.url));
  const args = [path, otherPath, random.int(1e6), steps, last].map(String);
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], { stdio: 'inherit' });
  return new Promise<unknown>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ?? (code === 0 ? null : code)));
  });
}

function expectWhole(path: string): void {
  const database = new Libsql(path);
  const pragma = (name: string) => database.prepare(`PRAGMA ${name}`).all();
  expect(pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  expect(pragma('foreign_key_check')).toEqual([]);
  database.close();
}

/** After an exchange both have the same, and it is what a database without constraints makes of the changes. */
async function expectAgreed({ site, other }: Files): Promise<void> {
  await other.apply((await site.db.$crr.changes()).changes);
  await site.apply((await other.db.$crr.changes()).changes);
  const [ours, theirs] = [await site.check(), await other.check()];
  expect(sorted(ours.shown)).toEqual(sorted(theirs.shown));
  expect(sorted(ours.merged)).toEqual(sorted(theirs.merged));
  const peer = await Site.open(free);
  await peer.db.$crr.apply((await site.db.$crr.changes()).changes);
  expect(sorted(await peer.shown())).toEqual(sorted(ours.merged));
}

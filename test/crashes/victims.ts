/** Starts processes and kills them. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import type { Random } from '../support/random.js';
import type { Job } from './jobs.js';
import type { Report } from './ledger.js';
import type { World } from './world.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Victims {
  /** Kills a process at its n-th report, or up to 40 ms after that, wherever it is by then. */
  kill(world: World, job: Job, random: Random): Promise<void>;
  remove(): void;
}

/** Bundles the process once: it starts many times, and tsx would compile it each time. */
export async function bundleVictim(): Promise<Victims> {
  // Inside the project, so that the bundle can import the project's packages.
  const outDir = `${root}node_modules/.cache/crashes-${process.pid}`;
  await build({
    config: false,
    entry: { victim: `${root}test/crashes/victim.ts` },
    outDir,
    format: ['esm'],
    target: 'es2022',
    dts: false,
    skipNodeModulesBundle: true,
    silent: true,
    outExtension: () => ({ js: '.mjs' }),
  });
  return {
    kill: (world, job, random) => kill(`${outDir}/victim.mjs`, world, job, random),
    remove: () => rmSync(outDir, { recursive: true, force: true }),
  };
}

async function kill(script: string, world: World, job: Job, random: Random): Promise<void> {
  const { ours, theirs } = world.urls;
  const args = [script, job, ours, theirs, random.int(1e9)].map(String);
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<unknown>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  let left = 1 + random.int(40);
  const delay = random.int(40);
  for await (const line of createInterface({ input: child.stdout })) {
    world.take(JSON.parse(line) as Report);
    if (--left === 0) setTimeout(() => child.kill('SIGKILL'), delay);
  }
  const end = await ended;
  if (end !== 'SIGKILL') throw new Error(`the process ended by itself: ${end}`);
}

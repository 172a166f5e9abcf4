/** Starts processes and kills them. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import { hash64 } from '../../src/model/hash.js';
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

export interface Bundle {
  /** Path of the program. */
  readonly script: string;
  remove(): void;
}

/** Bundles a program once: it starts many times, and tsx would compile it each time. */
export async function bundle(program: string): Promise<Bundle> {
  // Inside the project, so that the bundle can import the project's packages.
  const outDir = `${root}node_modules/.cache/killed-${process.pid}-${hash64(program).join('-')}`;
  await build({
    config: false,
    entry: { program: `${root}${program}` },
    outDir,
    format: ['esm'],
    target: 'es2022',
    dts: false,
    skipNodeModulesBundle: true,
    silent: true,
    outExtension: () => ({ js: '.mjs' }),
  });
  return {
    script: `${outDir}/program.mjs`,
    remove: () => rmSync(outDir, { recursive: true, force: true }),
  };
}

export async function bundleVictim(): Promise<Victims> {
  const { script, remove } = await bundle('test/crashes/victim.ts');
  return { kill: (world, job, random) => kill(script, world, job, random), remove };
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

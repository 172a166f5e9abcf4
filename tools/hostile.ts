/**
 * Hostile input for `apply()` and for a sync handler: changes and requests made of valid ones, in episodes. Each episode begins
 * with the same database.
 *
 *     npm run -s hostile -- --seed 1 --total 100000 --processes 2       both targets, with the seeds 1, 2 and so on
 *     npm run -s hostile -- --target handler --seed 7 --inputs 53       one episode, up to one of its inputs
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Arena } from '../test/hostile/arena.js';
import { noOutcomes, runEpisode, type Target } from '../test/hostile/episode.js';
import type { Attacked } from '../test/hostile/schema.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    total: { type: 'string', default: '1' },
    target: { type: 'string' },
    /** `simple`, or `constrained`, which takes ten times as long. */
    tables: { type: 'string', default: 'simple' },
    /** How many inputs an episode has. */
    inputs: { type: 'string', default: '200' },
    processes: { type: 'string', default: '0' },
    /** Goes on after a failure. */
    all: { type: 'boolean', default: false },
  },
});

const inputs = Number(values.inputs);
const total = Number(values.total);
const firstSeed = Number(values.seed);
const targets = (values.target === undefined ? ['apply', 'handler'] : [values.target]) as Target[];
/** A process ends after so many inputs: libSQL keeps the memory of statements that were compiled once. */
const PART = 20_000;
const seedsOfPart = Math.ceil(PART / (inputs * targets.length));
/** Of a process: what a request needs must not depend on what it contains. */
const HEAP_MB = 256;

process.exitCode = (await (Number(values.processes) > 0 ? runParts() : runHere())) ? 0 : 1;

/** @returns whether nothing failed. */
async function runHere(): Promise<boolean> {
  const outcomes = noOutcomes();
  let failures = 0;
  let greatestRss = 0;
  const arena = await Arena.open(values.tables as Attacked);
  const start = process.cpuUsage();
  for (let seed = firstSeed; outcomes.inputs < total; seed++) {
    for (const target of targets) {
      await runEpisode(arena, { target, seed, inputs }, outcomes).catch((error: Error) => {
        failures++;
        console.error(error.message, values.all ? '' : error.cause);
      });
    }
    greatestRss = Math.max(greatestRss, process.memoryUsage.rss());
    if (failures > 0 && !values.all) break;
  }
  arena.close();
  const seconds = Math.round(process.cpuUsage(start).user / 1e6);
  const { inputs: sent, accepted, longestMs } = outcomes;
  console.log(
    `seed ${firstSeed}: ${sent} inputs, ${accepted} accepted, ${failures} failures, ${seconds} s of CPU, longest ${Math.round(longestMs)} ms, RSS ${Math.round(greatestRss / 2 ** 20)} MiB`,
  );
  if (total <= PART) console.log(Object.fromEntries(outcomes.refused));
  return failures === 0;
}

/** Parts of the inputs, each in a process. */
async function runParts(): Promise<boolean> {
  let next = 0;
  let failed = false;
  const parts = Math.ceil(total / PART);
  const worker = async () => {
    while (next < parts && (!failed || values.all)) {
      const seed = firstSeed + next++ * seedsOfPart;
      if ((await runPart(seed)) !== 0) failed = true;
    }
  };
  await Promise.all(Array.from({ length: Number(values.processes) }, worker));
  return !failed;
}

function runPart(seed: number): Promise<number> {
  const args = [
    `--max-old-space-size=${HEAP_MB}`,
    ...['--import', 'tsx', fileURLToPath(import.meta.url)],
    ...['--seed', String(seed), '--total', String(Math.min(PART, total))],
    ...['--inputs', values.inputs, '--tables', values.tables],
    ...(values.target === undefined ? [] : ['--target', values.target]),
    ...(values.all ? ['--all'] : []),
  ];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

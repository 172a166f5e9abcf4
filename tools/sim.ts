/**
 * The simulator: sites, servers and a bad network, and what must hold of them. Each seed is a simulation of its own.
 *
 *     npm run -s sim -- --seed 7 --steps 200           one simulation
 *     npm run -s sim -- --seed 7 --steps 100000        many, with the seeds 7, 8 and so on
 *     npm run -s sim -- --seed 7 --steps 200 --shrink  leaves out what a failure does not need
 *     npm run -s sim -- --seed 7 --steps 200 --trace   what happens, step by step
 */
import { parseArgs } from 'node:util';
import { makePlan, type Plan } from '../test/simulator/plan.js';
import { DatabasePool } from '../test/simulator/pool.js';
import { shrink } from '../test/simulator/shrink.js';
import { simulate } from '../test/simulator/simulate.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '10000' },
    /** Begins no further simulation after so many minutes. */
    minutes: { type: 'string', default: 'Infinity' },
    /** How many steps a simulation has. */
    length: { type: 'string', default: '200' },
    shrink: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    /** Goes on after a failure. */
    all: { type: 'boolean', default: false },
  },
});

const pool = new DatabasePool();
const [first, total, most] = [values.seed, values.steps, values.length].map(Number) as [
  number,
  number,
  number,
];
/** For a run of many, so that one sees that it goes on. */
const EVERY = 10;
let done = 0;
let failures = 0;
const end = performance.now() + Number(values.minutes) * 60_000;
const goesOn = () => done < total && performance.now() < end && (values.all || failures === 0);
for (let seed = first; goesOn(); seed++) {
  const length = Math.min(most, total - done);
  const plan = makePlan(seed, length);
  const { failure, trace } = await simulate(plan, pool);
  if (values.trace) console.log(trace.join('\n'));
  done += length;
  if ((done / most) % EVERY === 0) console.log(`${done} steps, ${cpuSeconds()} CPU seconds`);
  if (failure === undefined) continue;
  failures++;
  console.log(`npm run -s sim -- --seed ${seed} --steps ${length}\n${failure}`);
  if (values.shrink) await report(plan, failure);
  else if (!values.trace && !values.all) console.log(`${trace.slice(-15).join('\n')}`);
}
await pool.close();
console.log(`${done} steps, ${failures} failures, ${cpuSeconds()} CPU seconds`);
process.exitCode = failures === 0 ? 0 : 1;

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system) / 1e6);
}

/** Prints the smallest part of a plan that fails in the same way. */
async function report(plan: Plan, failure: string): Promise<void> {
  const kindOf = (text: string) => text.split('\n', 1)[0]!.replace(/\d+/g, '').slice(0, 60);
  const fails = async (candidate: Plan) => {
    const outcome = await simulate(candidate, pool);
    return outcome.failure !== undefined && kindOf(outcome.failure) === kindOf(failure);
  };
  const smallest = await shrink(plan, fails, ({ steps, sites }) =>
    console.log(`  ${sites.length} sites, ${steps.length} steps`),
  );
  const outcome = await simulate(smallest, pool);
  console.log(`${outcome.trace.join('\n')}\n${outcome.failure}`);
}

/** A process that does one job until it is killed: `victim.mjs <job> <url> <other url> <seed>`. It reports by lines of JSON. */
import { writeSync } from 'node:fs';
import { Random } from '../support/random.js';
import { JOBS, type Job } from './jobs.js';
import { openAt } from './tables.js';

const [job, ours, theirs, seed] = process.argv.slice(2);
await JOBS[job as Job]({
  clients: { ours: openAt(ours!), theirs: openAt(theirs!) },
  random: new Random(Number(seed)),
  report: (report) => writeSync(1, `${JSON.stringify(report)}\n`),
  goesOn: () => true,
});

/**
 * The long form of every test that replays random histories: new seeds, one after the other, until one fails or
 * the time is over.
 *
 *     npm run soak -- --minutes 60 --histories 2000 --seed 7 test/oracle
 *
 * With `--live`, live sync of many clients instead, whose memory and files must stay as large as they are:
 *
 *     npm run soak -- --live --minutes 60 --clients 20
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { soakLive } from './live-soak.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '60' },
    histories: { type: 'string', default: '2000' },
    /** The first seed; the next is one more. Default: from the clock. */
    seed: { type: 'string' },
    live: { type: 'boolean', default: false },
    clients: { type: 'string', default: '20' },
  },
});

/** Suites that take CRR_SEED and CRR_HISTORIES. */
const SUITES = [
  'test/oracle',
  'test/lives',
  'test/columns/laws',
  'test/constraints',
  'test/engines/mesh.test.ts',
  'test/engines/constraints-mesh.test.ts',
  'test/hostile/authorization',
  'test/merge/convergence.test.ts',
  'test/migrate/convergence.test.ts',
  'test/simulator',
  'test/verify/damage.test.ts',
  'test/sync/client/copies.test.ts',
];

const suites = positionals.length > 0 ? positionals : SUITES;
const end = Date.now() + Number(values.minutes) * 60_000;
let seed = Number(values.seed ?? Date.now() % 1_000_000);
process.exitCode = values.live ? await live() : await replay();

async function live(): Promise<number> {
  const [minutes, clients] = [Number(values.minutes), Number(values.clients)];
  return (await soakLive({ minutes, clients, seed })) ? 0 : 1;
}

async function replay(): Promise<number> {
  let code = 0;
  do {
    console.log(
      `CRR_SEED=${seed} CRR_HISTORIES=${values.histories} npx vitest run ${suites.join(' ')}`,
    );
    code = await run(seed);
    seed++;
  } while (code === 0 && Date.now() < end);
  return code;
}

function run(seed: number): Promise<number> {
  const args = ['vitest', 'run', '--project', 'unit', '--testTimeout', '86400000', ...suites];
  const child = spawn('npx', args, {
    stdio: 'inherit',
    env: { ...process.env, CRR_SEED: String(seed), CRR_HISTORIES: values.histories },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exit) => resolve(exit ?? 1));
  });
}

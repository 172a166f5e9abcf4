/**
 * First syncs of a million cells in each direction, through a handler in its own process in front of a
 * real sqld; and the same rows copied with plain multi-row inserts over the same connections. It prints
 * the table of docs/sync.md.
 *
 *     npx tsx bench/sync.ts       CELLS=1000000 RUNS=3 by default; medians of the runs
 *
 * Each phase runs in its own process, to measure its own peak memory. The handler runs with flags that
 * limit V8's heap as on a platform with 128 MB (HANDLER_FLAGS= removes them). Without them V8 collects
 * garbage late, and the peak would only show how late.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startSqld } from '../tools/sqld/index.js';
import { withBundle } from './bundle.js';
import { median } from './measure.js';
import type { HandlerMemory, Outcome } from './sync-child.js';

const CELLS = Number(process.env.CELLS ?? 1_000_000);
const RUNS = Number(process.env.RUNS ?? 3);
const HANDLER_FLAGS = (
  process.env.HANDLER_FLAGS ?? '--max-semi-space-size=2 --max-old-space-size=48'
)
  .split(' ')
  .filter(Boolean);
const ROWS = CELLS / 5;

interface Run {
  readonly push: Outcome;
  readonly pull: Outcome;
  readonly idle: Outcome;
  readonly copyUp: Outcome;
  readonly copyDown: Outcome;
  readonly handler: HandlerMemory;
}

/** Starts a phase. It prints lines of JSON. */
function start(script: string, args: readonly string[], flags: readonly string[] = []) {
  const child = spawn(process.execPath, [...flags, script, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async next<T>(): Promise<T> {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${args[0]} failed`);
      return JSON.parse(value) as T;
    },
    end: () => child.stdin.end(),
  };
}

async function measure(script: string): Promise<Run> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-sync-'));
  const [first, second] = [await startSqld(), await startSqld()];
  if (first === undefined || second === undefined) throw new Error('no sqld for this platform');
  const file = (name: string) => `file:${join(directory, name)}`;
  const phase = (...args: string[]) => start(script, args).next<Outcome>();
  try {
    await phase('fill', file('a.db'), String(ROWS));
    const handler = start(script, ['serve', first.httpUrl], HANDLER_FLAGS);
    const address = await handler.next<string>();
    const push = await phase('sync', file('a.db'), address);
    const pull = await phase('sync', file('b.db'), address);
    const idle = await phase('sync', file('b.db'), address);
    handler.end();
    const memory = await handler.next<HandlerMemory>();
    const copyUp = await phase('copy', file('a.db'), second.httpUrl);
    const copyDown = await phase('copy', first.httpUrl, file('c.db'));
    const arrived = [push.pushed, pull.pulled, copyUp.rows, copyDown.rows];
    if (String(arrived) !== String([CELLS, CELLS, ROWS, ROWS])) {
      throw new Error(`some cells or rows are missing: ${arrived}`);
    }
    return { push, pull, idle, copyUp, copyDown, handler: memory };
  } finally {
    await first.stop();
    await second.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function render(runs: readonly Run[]): string {
  const of = (value: (run: Run) => number) => median(runs.map(value));
  const seconds = (value: (run: Run) => Outcome) => `${of((r) => value(r).ms / 1e3).toFixed(1)} s`;
  const times = (ratio: (run: Run) => number) => `${of(ratio).toFixed(1)} times`;
  const peak = (value: (run: Run) => number) => `${Math.round(of(value))} MB`;
  const wire = (value: (run: Run) => Outcome) =>
    `${of((run) => ((value(run).bytesSent ?? 0) + (value(run).bytesReceived ?? 0)) / 2 ** 20).toFixed(1)} MiB`;
  const rows = [
    ['', 'time', 'against plain inserts', 'peak RSS', 'requests', 'on the wire'],
    [
      'push, file to sqld',
      seconds((r) => r.push),
      times((r) => r.push.ms / r.copyUp.ms),
      peak((r) => r.push.peakMb),
      String(of((r) => r.push.requests ?? 0)),
      wire((r) => r.push),
    ],
    [
      'the same rows, plain inserts',
      seconds((r) => r.copyUp),
      '',
      peak((r) => r.copyUp.peakMb),
      '',
      '',
    ],
    [
      'pull, sqld to file',
      seconds((r) => r.pull),
      times((r) => r.pull.ms / r.copyDown.ms),
      peak((r) => r.pull.peakMb),
      String(of((r) => r.pull.requests ?? 0)),
      wire((r) => r.pull),
    ],
    [
      'the same rows, plain inserts',
      seconds((r) => r.copyDown),
      '',
      peak((r) => r.copyDown.peakMb),
      '',
      '',
    ],
    [
      'idle sync',
      seconds((r) => r.idle),
      '',
      peak((r) => r.idle.peakMb),
      String(of((r) => r.idle.requests ?? 0)),
      '',
    ],
    ['the handler, meanwhile', '', '', peak((r) => r.handler.peakMb), '', ''],
  ];
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const lines = rows.map(
    (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`,
  );
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  return lines.join('\n');
}

await withBundle(['sync-child'], async (directory) => {
  const runs: Run[] = [];
  for (let i = 0; i < RUNS; i++) {
    runs.push(await measure(`${directory}/sync-child.mjs`));
    console.error(`run ${i + 1} of ${RUNS}:\n${render(runs.slice(-1))}`);
  }
  console.log(
    `${CELLS.toLocaleString('en')} cells in ${ROWS.toLocaleString('en')} rows; medians of ${RUNS} runs; Node ${process.version}; handler with ${HANDLER_FLAGS.join(' ') || 'no flags'}\n`,
  );
  console.log(render(runs));
  const heap = median(runs.map(({ handler }) => handler.heapMb));
  const idle = median(runs.map(({ handler }) => handler.idleMb));
  console.log(
    `\nhandler: JS heap and external memory at most ${Math.round(heap)} MB; ${Math.round(idle)} MB RSS before the first request`,
  );
});

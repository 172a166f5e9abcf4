/**
 * Many live clients of one handler: how long a change takes from its commit at one client until another one reports that
 * it was applied, and what that costs the handler. The handler, sqld and the clients are processes of their own; the
 * clients are real ones, each with a database in memory, but share a process.
 *
 *     npx tsx bench/fan-out.ts      CLIENTS=50 WRITERS=20 SECONDS=20 by default
 *
 * What is measured includes the clients' own work, which is most of it: on a real network each has a machine.
 */
import { spawn } from 'node:child_process';
import { loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { startSqld } from '../tools/sqld/index.js';
import { withBundle } from './bundle.js';
import type { Delivered, HandlerCosts } from './fan-out-child.js';

const CLIENTS = Number(process.env.CLIENTS ?? 50);
const WRITERS = Number(process.env.WRITERS ?? 20);
const SECONDS = Number(process.env.SECONDS ?? 20);

function start(script: string, ...args: readonly string[]) {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask<T>(line?: string): Promise<T> {
      if (line !== undefined) child.stdin.write(`${line}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${args[0]} failed`);
      return JSON.parse(value) as T;
    },
    end: () => child.stdin.end(),
  };
}

await withBundle(['fan-out-child'], async (directory) => {
  const sqld = await startSqld();
  if (sqld === undefined) throw new Error('no sqld for this platform');
  const script = `${directory}/fan-out-child.mjs`;
  try {
    const handler = start(script, 'serve', sqld.httpUrl);
    const address = await handler.ask<string>();
    const empty = await handler.ask<HandlerCosts>('take');
    const clients = start(script, 'clients', address, `${CLIENTS}`, `${WRITERS}`, `${SECONDS}`);
    await clients.ask(); // All streams are open.
    const open = await handler.ask<HandlerCosts>('take');
    const delivered = await clients.ask<Delivered>('write');
    const after = await handler.ask<HandlerCosts>('take');
    const per = (value: number) => (value / delivered.count).toFixed(2);
    console.log(
      [
        `${CLIENTS} clients, ${WRITERS} of them writing ${delivered.writes} rows in ${SECONDS} s; load ${loadavg()[0]!.toFixed(1)}`,
        `delivered        ${delivered.count} of ${delivered.writes * (CLIENTS - 1)}`,
        `commit to applied at the others: p50 ${delivered.p50.toFixed(0)} ms, p99 ${delivered.p99.toFixed(0)} ms`,
        `per delivered change: ${per(after.requests)} requests, ${per(after.rowsRead)} rows read, ${per(after.cpuMs)} ms of the handler's CPU`,
        `memory per stream ${(((open.heapMb - empty.heapMb) * 1_024) / CLIENTS).toFixed(1)} kB of heap, handler's RSS ${after.rssMb.toFixed(0)} MB`,
      ].join('\n'),
    );
    if (delivered.count !== delivered.writes * (CLIENTS - 1)) process.exitCode = 1;
    clients.end();
    handler.end();
  } finally {
    await sqld.stop();
  }
});

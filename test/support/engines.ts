/** The kinds of database that a libSQL client can stand for; each acceptance suite runs on all. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client, Config } from '@libsql/client';
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest';
import { type Sqld, sqldBinary, startSqld } from '../../tools/sqld/index.js';
import { memoryClient, openClient } from './client.js';
import { isLong } from './sampled.js';

export interface Engine {
  readonly name: string;
  readonly remote: boolean;
  /** Several clients can open one database. */
  readonly shared: boolean;
  /** A new, empty database. */
  open(config?: Partial<Config>): Promise<Client>;
  /** One more client for the database that `open` gave last. */
  again(config?: Partial<Config>): Client;
}

const PROTOCOLS = ['http', 'ws'] as const;

/** One server answers both protocols, so a suite has one of them, some this and some that. */
const protocolsFor = (topic: string) =>
  PROTOCOLS.filter((_, i) => isLong || i !== topic.length % PROTOCOLS.length);

/** Runs a suite on every engine; a server's database is a new server each time. */
export function describeEachEngine(topic: string, suite: (engine: Engine) => void): void {
  describe(`${topic} on :memory:`, () => suite(memory));
  describe(`${topic} on file:`, () => suite(file()));
  for (const protocol of protocolsFor(topic)) {
    if (sqldBinary() === undefined) {
      describe.skip(`${topic} on sqld ${protocol}: (skipped: no sqld binary for ${process.platform}-${process.arch})`, () =>
        suite(memory));
    } else {
      describe(`${topic} on sqld ${protocol}:`, () => suite(sqld(protocol)));
    }
  }
}

const memory: Engine = {
  name: ':memory:',
  remote: false,
  shared: false,
  async open(config) {
    return memoryClient(config);
  },
  again() {
    throw new Error('a database in memory has one client');
  },
};

function file(): Engine {
  let directory: string;
  let count = 0;
  const client = (config?: Partial<Config>) =>
    openClient({ url: `file:${join(directory, `${count}.db`)}`, ...config });
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'drizzle-crr-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));
  return {
    name: 'file:',
    remote: false,
    shared: true,
    async open(config) {
      count++;
      return client(config);
    },
    again: client,
  };
}

function sqld(protocol: 'http' | 'ws'): Engine {
  let server: Sqld;
  const client = (config?: Partial<Config>) =>
    openClient({ url: protocol === 'http' ? server.httpUrl : server.wsUrl, ...config });
  return {
    name: `sqld ${protocol}:`,
    remote: true,
    shared: true,
    async open(config) {
      const started = (await startSqld())!;
      server = started;
      onTestFinished(() => started.stop());
      return client(config);
    },
    again: client,
  };
}

/** The scenarios in other JavaScript runtimes than that of the tests. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BuildOptions, build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { sqldBinary, startSqld } from '../../../tools/sqld/index.js';
import { isDrizzle1 } from '../../support/drizzle-line.js';
import { SCENARIOS } from '../conformance.js';
import { reference } from '../reference.js';
import { sampledScenarios } from '../sampled-scenarios.js';
import { LIBSQL_WEB, RUNTIMES } from './list.js';
import type { Transcript } from './print.js';

let directory: string;
beforeAll(async () => {
  // Inside the project, so that a bundle finds the project's packages.
  const cache = fileURLToPath(new URL('../../../node_modules/.bundle-', import.meta.url));
  directory = await mkdtemp(cache);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

for (const { name, program, binary, skip } of RUNTIMES) {
  const reason =
    skip ?? (binary === undefined ? 'no binary: npm ci --prefix tools/runtimes' : undefined);
  const title = reason === undefined ? name : `${name} (skipped: ${reason})`;
  describe.skipIf(reason !== undefined)(title, () => {
    let transcripts: Readonly<Record<string, Transcript>>;

    beforeAll(async () => {
      const file = await bundle(program, {
        banner: {
          js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
        },
      });
      const { stdout } = await promisify(execFile)(binary!, [file], { maxBuffer: 2 ** 26 });
      transcripts = JSON.parse(stdout);
    });

    test.each(Object.keys(SCENARIOS))('%s', async (scenario) => {
      expect(transcripts[scenario]).toEqual(await reference(scenario));
    });
  });
}

describe('SQLite in Durable Objects', () => {
  let worker: Miniflare;
  beforeAll(async () => {
    worker = await startWorker('durable-object', {
      durableObjects: { SITES: { className: 'Sites', useSQLite: true } },
    });
  });
  afterAll(() => worker?.dispose());

  test.each(sampledScenarios(!isDrizzle1))('%s', async (scenario) => {
    expect(await transcriptIn(worker, scenario)).toEqual(await reference(scenario));
  });
});

const noServer = sqldBinary() === undefined ? ' (skipped: no sqld binary for this platform)' : '';
describe.skipIf(noServer !== '')(`${LIBSQL_WEB}${noServer}`, () => {
  let worker: Miniflare;
  beforeAll(async () => {
    worker = await startWorker('libsql-web');
  });
  afterAll(() => worker?.dispose());

  test.each(sampledScenarios(!isDrizzle1))('%s', async (scenario) => {
    const server = (await startSqld())!;
    onTestFinished(() => server.stop());
    const transcript = await transcriptIn(worker, scenario, { server: server.httpUrl });
    expect(transcript).toEqual(await reference(scenario));
  });
});

/** Runs a program of this folder in workerd. */
async function startWorker(program: string, options: object = {}): Promise<Miniflare> {
  const script = await bundle(program, { conditions: ['workerd', 'browser'] });
  const wasm = createRequire(import.meta.url).resolve('sql.js/dist/sql-wasm.wasm');
  const worker = new Miniflare({
    compatibilityDate: '2026-01-01',
    compatibilityFlags: ['nodejs_compat'],
    modules: [
      { type: 'ESModule', path: 'worker.mjs', contents: await readFile(script, 'utf8') },
      { type: 'CompiledWasm', path: 'sql.js/dist/sql-wasm.wasm', contents: await readFile(wasm) },
    ],
    ...options,
  });
  await worker.ready;
  return worker;
}

async function transcriptIn(
  worker: Miniflare,
  scenario: string,
  query: Record<string, string> = {},
): Promise<unknown> {
  const url = `http://localhost/${encodeURIComponent(scenario)}?${new URLSearchParams(query)}`;
  const answer = await worker.dispatchFetch(url);
  const text = await answer.text();
  expect(answer.ok, text).toBe(true);
  return JSON.parse(text);
}

/** A program of this folder with everything that it imports, so that all of it is on one line of Drizzle. */
async function bundle(program: string, options: BuildOptions): Promise<string> {
  const outfile = join(directory, `${program}.mjs`);
  await build({
    entryPoints: [fileURLToPath(new URL(`./${program}.ts`, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    external: ['bun:sqlite', 'node:sqlite', 'cloudflare:workers', '*.wasm'],
    alias: isDrizzle1 ? { 'drizzle-orm': 'drizzle-orm-1' } : {},
    ...options,
  });
  return outfile;
}

/** Builds the application of this folder with its migrations, and opens tabs of it in Chromium. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { BrowserContext, Page } from 'playwright-core';
import { startChromium } from '../../tools/chromium/index.js';
import type { TabApi } from './page.js';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export interface Tab {
  readonly page: Page;
  ask<M extends keyof TabApi>(
    method: M,
    ...args: Parameters<TabApi[M]>
  ): Promise<Awaited<ReturnType<TabApi[M]>>>;
}

export interface Application {
  /** @param query of the page's address. */
  open(query?: string): Promise<Tab>;
  readonly url: string;
  readonly browser: BrowserContext;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', wasm: 'application/wasm' };

export async function startApplication(chromium: string, bundle: unknown): Promise<Application> {
  const directory = await mkdtemp(join(tmpdir(), 'drizzle-crr-'));
  await build({
    entryPoints: [
      { in: path('page.ts'), out: 'page' },
      { in: path('worker.ts'), out: 'worker' },
      { in: path('silent-worker.ts'), out: 'silent-worker' },
      { in: path('../../node_modules/@sqlite.org/sqlite-wasm/dist/sqlite3.wasm'), out: 'sqlite3' },
    ],
    outdir: join(directory, 'site'),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    loader: { '.wasm': 'copy' },
    define: { BUNDLE: JSON.stringify(bundle) },
    logLevel: 'error',
  });
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    if (pathname === '/') {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><script type="module" src="/page.js"></script>');
      return;
    }
    const body = await readFile(join(directory, 'site', pathname)).catch(() => undefined);
    const type = TYPES[pathname.split('.').at(-1)!] ?? 'text/plain';
    response.writeHead(body ? 200 : 404, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = await startChromium(chromium, join(directory, 'profile'));
  return {
    url,
    browser,
    async open(query = '') {
      const page = await browser.newPage();
      await page.goto(`${url}${query}`);
      return tabOf(page);
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface Answer {
  readonly value?: unknown;
  readonly error?: string;
  readonly codes?: unknown[];
}

function tabOf(page: Page): Tab {
  return {
    page,
    async ask(method, ...args) {
      await page.waitForFunction('globalThis.ask !== undefined');
      const { value, error, codes } = (await page.evaluate(
        ([name, list]) =>
          (globalThis as unknown as { ask(...a: unknown[]): Promise<Answer> }).ask(
            name,
            ...(list as unknown[]),
          ),
        [method, args] as const,
      )) as Answer;
      if (error !== undefined) throw Object.assign(new Error(error), { codes });
      return value as never;
    },
  };
}

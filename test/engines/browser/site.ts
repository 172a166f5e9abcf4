/** Bundles programs of this folder, and serves them to a browser on this machine. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { isDrizzle1 } from '../../support/drizzle-line.js';
import type { BrowserProgram } from './list.js';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Bundles a program and the files that it loads when it runs, each beside the others. */
export async function bundle(
  { program, files }: Pick<BrowserProgram, 'program' | 'files'>,
  outdir: string,
): Promise<void> {
  const entryPoints = Object.entries({
    'program.js': `../test/engines/browser/${program}.ts`,
    ...files,
  });
  await build({
    entryPoints: entryPoints.map(([out, from]) => ({
      in: path(`../../../node_modules/${from}`),
      out: out.slice(0, -extname(out).length),
    })),
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    loader: { '.wasm': 'copy' },
    alias: isDrizzle1 ? { 'drizzle-orm': 'drizzle-orm-1' } : {},
    logLevel: 'error',
  });
}

/** Both define `ask(method, ...args)` for the tests. */
const PAGES = {
  page: (program: string) => `<script type="module" src="${program}"></script>`,
  worker: (program: string) => `<script type="module">
    const worker = new Worker('${program}', { type: 'module' });
    // A worker loses what it is sent while its modules await something.
    await new Promise((resolve, reject) => {
      worker.onmessage = resolve;
      worker.onerror = ({ message }) => reject(new Error(message));
    });
    globalThis.ask = (...call) =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => resolve(data);
        worker.postMessage(call, [port2]);
      });
  </script>`,
};

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.html': 'text/html; charset=utf-8',
};

/** Serves the bundle in a folder, and a page for it at `/`. */
export async function serve(
  { runsIn, isolated, query = '' }: Pick<BrowserProgram, 'runsIn' | 'isolated' | 'query'>,
  directory: string,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const page = PAGES[runsIn](`/program.js${query}`);
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    // sqlocal asks for its worker without an extension.
    const name = pathname === '/' ? 'index.html' : extname(pathname) ? pathname : `${pathname}.js`;
    const isolation = {
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    };
    try {
      const body = pathname === '/' ? page : await readFile(join(directory, name));
      response.writeHead(200, {
        'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
        ...(isolated && isolation),
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

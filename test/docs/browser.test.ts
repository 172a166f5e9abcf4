/** The application of docs/engines.md in Chromium: it keeps its rows, syncs them, and has one tab at a time. */
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { serve } from '@hono/node-server';
import { type BuildOptions, build } from 'esbuild';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { todos } from '../../examples/quickstart/schema.js';
import { createSyncHandler } from '../../src/sync/index.js';
import { chromiumBinary, startChromium } from '../../tools/chromium/index.js';
import { codeBlocks } from '../support/code-blocks.js';
import { root } from '../support/run-tsx.js';
import { type ScratchProject, scratchProject } from '../support/scratch-project.js';
import { openSite } from '../support/site.js';

const PAGE = `<script type="module">
  const worker = new Worker('/worker.js', { type: 'module' });
  globalThis.ask = (title) =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data.map((row) => row.title).sort());
      worker.postMessage(title, [port2]);
    });
</script>`;

/** Each block of the section begins with the name of the file that it is. */
const files = new Map(
  codeBlocks('docs/engines.md')
    .filter(({ language }) => language === 'typescript')
    .map(({ code }) => {
      const [, name, text] = /^\/\/ (\S+)\n([\s\S]*)$/.exec(code)!;
      return [name!, text!] as const;
    }),
);

let project: ScratchProject;
beforeAll(() => {
  project = scratchProject('browser');
  for (const [name, code] of files) project.write(name, code);
  const quickstart = join(root, 'examples/quickstart');
  for (const name of ['schema.ts', 'drizzle']) {
    cpSync(join(quickstart, name), join(project.directory, name), { recursive: true });
  }
});
afterAll(() => project.remove());

const OPTIONS: BuildOptions = {
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  alias: {
    'drizzle-crr': join(root, 'src/index.ts'),
    'drizzle-crr/sync': join(root, 'src/sync/index.ts'),
  },
  logLevel: 'error',
};

test('its files pass the type checker', { timeout: 240_000 }, async () => {
  const tsconfig = JSON.parse(readFileSync(join(project.directory, 'tsconfig.json'), 'utf8'));
  tsconfig.compilerOptions.lib = ['ES2023', 'DOM'];
  project.write('tsconfig.json', JSON.stringify(tsconfig));
  project.write(
    'sql.d.ts',
    "declare module '*.sql' {\n  const text: string;\n  export default text;\n}\n",
  );
  const { code, stdout } = await project.typecheck();
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
});

const binary = chromiumBinary();
const reason =
  binary === undefined ? ' (skipped: no Chromium: apt-get install chromium, or set CHROMIUM)' : '';
describe.skipIf(reason !== '')(`in Chromium${reason}`, () => {
  let browser: BrowserContext;
  let server: Awaited<ReturnType<typeof start>>;

  /** Serves the application, and a handler to sync with. */
  async function start() {
    const site = join(project.directory, 'site');
    mkdirSync(site);
    await build({
      ...OPTIONS,
      loader: { '.sql': 'text', '.wasm': 'copy' },
      entryPoints: [
        { in: join(project.directory, 'worker.ts'), out: 'worker' },
        {
          in: join(root, 'node_modules/@sqlite.org/sqlite-wasm/dist/sqlite3.wasm'),
          out: 'sqlite3',
        },
      ],
      outdir: site,
    });
    const db = await openSite({ todos });
    const handler = createSyncHandler({ db, public: true });
    const types: Record<string, string> = { js: 'text/javascript', wasm: 'application/wasm' };
    const http = serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch(request) {
        const { pathname } = new URL(request.url);
        if (pathname === '/sync') return handler(request);
        if (pathname === '/')
          return new Response(PAGE, { headers: { 'content-type': 'text/html' } });
        const type = types[pathname.split('.').at(-1)!];
        if (type === undefined) return new Response(null, { status: 404 });
        return new Response(readFileSync(join(site, pathname)), {
          headers: { 'content-type': type },
        });
      },
    });
    await new Promise((resolve) => http.once('listening', resolve));
    const { port } = http.address() as AddressInfo;
    return {
      db,
      url: `http://127.0.0.1:${port}/`,
      stop: () => new Promise((resolve) => http.close(resolve)),
    };
  }

  beforeAll(async () => {
    server = await start();
    browser = await startChromium(binary!, join(project.directory, 'profile'));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const open = async () => {
    const page = await browser.newPage();
    await page.goto(server.url);
    return page;
  };
  /** Writes a todo if there is a title, and returns the titles of all. */
  const ask = (page: Page, title?: string) =>
    page.evaluate<string[], string | undefined>(
      (given) => (globalThis as unknown as { ask(title?: string): Promise<string[]> }).ask(given),
      title,
    );

  test('it keeps its rows, syncs them, and a second tab waits for the first', async () => {
    const first = await open();
    expect(await ask(first, 'write')).toEqual(['write']);
    await first.reload();
    expect(await ask(first, 'read')).toEqual(['read', 'write']);
    await vi.waitFor(
      async () => expect(await server.db.select().from(todos)).toHaveLength(2),
      30_000,
    );
    await server.db.insert(todos).values({ id: 'server', title: 'from the server' });
    await vi.waitFor(async () => expect(await ask(first)).toContain('from the server'), 30_000);

    const second = await open();
    let isOpen = false;
    const titles = ask(second, 'second').then((found) => {
      isOpen = true;
      return found;
    });
    await ask(first, 'first');
    expect(isOpen).toBe(false);
    await first.close();
    expect(await titles).toEqual(['first', 'from the server', 'read', 'second', 'write']);
  });
});

describe('the sizes of the bundle are what the page says, give or take 5%', () => {
  const page = readFileSync(join(root, 'docs/engines.md'), 'utf8');
  const core = "export { withCrr, crrTable } from 'drizzle-crr';";
  const sync = "export { createSync } from 'drizzle-crr/sync';";

  /** The files of a bundle that are loaded at first, and those that each `import()` loads beside them. */
  const bundled = async (contents: string) => {
    const { outputFiles, metafile } = await build({
      ...OPTIONS,
      stdin: { contents, resolveDir: root },
      external: ['drizzle-orm', 'drizzle-orm/*'],
      splitting: true,
      metafile: true,
      outdir: 'out',
      write: false,
    });
    const filesOf = (entry: string, except: ReadonlySet<string> = new Set()) => {
      const loaded = new Set<string>();
      const load = (file: string) => {
        if (loaded.has(file) || except.has(file)) return;
        loaded.add(file);
        for (const { path, kind, external } of metafile.outputs[file]!.imports) {
          if (kind === 'import-statement' && !external) load(path);
        }
      };
      load(entry);
      return loaded;
    };
    const contentOf = (files: ReadonlySet<string>) =>
      Buffer.concat(
        outputFiles
          .filter(({ path }) => files.has(relative(process.cwd(), path)))
          .map((file) => file.contents),
      );
    const first = filesOf('out/stdin.js');
    const later = (entry: string) => {
      const file = Object.keys(metafile.outputs).find(
        (name) => metafile.outputs[name]!.entryPoint === `src/${entry}.ts`,
      );
      return contentOf(filesOf(file!, first));
    };
    return { first: contentOf(first), later };
  };
  const kilobytes = ({ length }: Uint8Array) => length / 1000;
  const expectStated = (found: number, stated: string) =>
    // The page rounds.
    expect(Math.abs(found - Number(stated)), `${found} kB`).toBeLessThan(Number(stated) / 20 + 0.5);

  let both: Awaited<ReturnType<typeof bundled>>;
  beforeAll(async () => {
    both = await bundled(core + sync);
  });

  test('of the first load', async () => {
    const [, plain, gzip, without] =
      /minified: (\d+) kB, (\d+) kB with gzip \((\d+) kB without/.exec(page)!;
    const { first } = both;
    expectStated(kilobytes(first), plain!);
    expectStated(kilobytes(gzipSync(first)), gzip!);
    expectStated(kilobytes(gzipSync((await bundled(core)).first)), without!);
  });

  test.each([
    ['`\\$crr.apply', 'database/apply'],
    ['`\\$crr.install', 'database/install-if-needed'],
    ['texts', 'documents/documents'],
    ['`\\$crr.verify', 'database/repair'],
    ['`\\$crr.history', 'database/revert'],
    ['`\\$crr.compact', 'database/compact'],
  ])('of what is loaded later: %s', (row, entry) => {
    const [, stated] = new RegExp(`^ *\\| .*${row}.* \\| (\\d+) +\\|$`, 'm').exec(page)!;
    expectStated(kilobytes(gzipSync(both.later(entry))), stated!);
  });
});

/** Runs the worker on this machine, in Cloudflare's runtime workerd. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Bundles a worker as `wrangler deploy` would. @param entry the path of its module. */
export async function bundleWorker(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    alias: {
      'drizzle-crr': file('../../src/index.ts'),
      'drizzle-crr/sync': file('../../src/sync/index.ts'),
      'drizzle-crr/yjs': file('../../src/yjs/index.ts'),
    },
  });
  return outputFiles[0]!.text;
}

export async function runWorker(tursoUrl: string): Promise<Miniflare> {
  return new Miniflare({
    modules: true,
    script: await bundleWorker(file('./worker.ts')),
    host: '127.0.0.1',
    port: 0,
    compatibilityDate: '2025-11-01',
    bindings: { TURSO_URL: tursoUrl, USERS: '{"a-token":"ann","b-token":"bob"}' },
  });
}

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const source = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // In this repository the package is its own source. An application does without it.
  resolve: {
    alias: [
      ...['react', 'browser', 'sync', 'live', 'yjs'].map((name) => ({
        find: `drizzle-crr/${name}`,
        replacement: source(name === 'live' ? 'live-queries/index.ts' : `${name}/index.ts`),
      })),
      { find: 'drizzle-crr', replacement: source('index.ts') },
    ],
  },
  // It finds its WebAssembly beside its own module.
  optimizeDeps: { exclude: ['@sqlite.org/sqlite-wasm'] },
  worker: { format: 'es' },
  build: { target: 'es2022', emptyOutDir: true },
});

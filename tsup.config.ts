import { defineConfig } from 'tsup';

// Both builds run at once, so neither may clean `dist`: `npm run build` does it before.
export default defineConfig([
  {
    entry: { index: 'src/index.ts', sync: 'src/sync/index.ts' },
    format: ['esm', 'cjs'],
    dts: true,
    // It is an ES module only, and older versions of Node 20 cannot require() one.
    noExternal: ['fractional-indexing'],
    sourcemap: true,
    target: 'es2022',
    // One copy of the symbols and classes, whichever entry point or module system asks.
    splitting: true,
  },
  // The command line runs in Node alone, so it is ESM alone; the shebang comes from its source.
  {
    entry: { 'cli/bin': 'src/cli/bin.ts' },
    format: ['esm'],
    sourcemap: true,
    target: 'node20',
  },
]);

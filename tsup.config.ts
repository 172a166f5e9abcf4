import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts' },
  format: ['esm', 'cjs'],
  dts: true,
  // It is an ES module only, and older versions of Node 20 cannot require() one.
  noExternal: ['fractional-indexing'],
  sourcemap: true,
  clean: true,
  target: 'es2022',
  // One copy of the symbols and classes, whichever entry point or module system asks.
  splitting: true,
});

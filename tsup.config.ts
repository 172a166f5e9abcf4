import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts', sync: 'src/sync/index.ts' },
  format: ['esm', 'cjs'],
  dts: true,
  sourcemap: true,
  clean: true,
  target: 'es2022',
  // One copy of the symbols and classes, whichever entry point or module system asks.
  splitting: true,
});

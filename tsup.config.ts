import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { defineConfig, type Options } from 'tsup';

const library = {
  index: 'src/index.ts',
  sync: 'src/sync/index.ts',
  live: 'src/live-queries/index.ts',
  browser: 'src/browser/index.ts',
  react: 'src/react/index.ts',
  yjs: 'src/yjs/index.ts',
  loro: 'src/loro/index.ts',
  testing: 'src/testing/index.ts',
};

const common: Options = {
  target: 'es2022',
  // One copy of each symbol and class per module system, whichever entry point is asked for it.
  splitting: true,
  // An ES module only, which older versions of Node 20 cannot require(): it is part of the bundles.
  noExternal: ['fractional-indexing'],
  sourcemap: true,
  esbuildOptions(options) {
    // The package holds src/ itself, so that the maps of both module systems need not.
    options.sourcesContent = false;
  },
  plugins: [
    {
      // Splitting CommonJS names the bundle and its source by the absolute path of the build.
      name: 'relative-paths-in-maps',
      buildEnd({ writtenFiles }) {
        for (const { name } of writtenFiles.filter((file) => file.name.endsWith('.map'))) {
          const file = resolve(name);
          const text = readFileSync(file, 'utf8');
          writeFileSync(file, text.replaceAll(`"${dirname(file)}${sep}`, '"'));
        }
      },
    },
  ],
};

// The builds run at once, so none may clean `dist`: `npm run build` does it before.
export default defineConfig([
  { ...common, format: ['esm', 'cjs'], entry: library, dts: true },
  // The command line and Vite's plugin run in Node alone, so they are ESM alone; the shebang comes from its source. They are
  // apart from the library, which would otherwise be split wherever a command is loaded when it runs.
  // It is not for stepping into, so it has no source maps.
  {
    ...common,
    format: ['esm'],
    entry: { bin: 'src/cli/bin.ts', vite: 'src/vite/index.ts' },
    dts: { entry: { vite: 'src/vite/index.ts' } },
    outDir: 'dist/cli',
    sourcemap: false,
  },
]);

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { isLong } from './test/support/sampled.js';

const performance = 'test/performance/**/*.test.ts';
/** A mistake that is built in may need dozens of histories to be found. */
const long = isLong ? [] : ['test/constraints/mutants.test.ts'];
/** What the conformance suite shows of the second line of Drizzle, in more cases. */
const moreOfDrizzle1 = isLong
  ? [
      'test/oracle/engines.test.ts',
      'test/feed/**/*.test.ts',
      'test/columns/{counter,mvr,lww-by-time,fract-index,greatest-and-least,grow-only,bad-input}.test.ts',
      'test/constraints/conflicts.test.ts',
    ]
  : [];

/** Vitest begins with large files, and this one is small: it would be the last, alone, for minutes. */
const LONG = 'test/engines/conformance.test.ts';

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isFirst = ({ moduleId }: TestSpecification) => moduleId.endsWith(LONG);
    const sorted = await super.sort(files);
    return [...sorted.filter(isFirst), ...sorted.filter((file) => !isFirst(file))];
  }
}

export default defineConfig({
  resolve: {
    alias: {
      'drizzle-crr/browser': fileURLToPath(new URL('./src/browser/index.js', import.meta.url)),
      'drizzle-crr/vite': fileURLToPath(new URL('./src/vite/index.js', import.meta.url)),
      'drizzle-crr/testing': fileURLToPath(new URL('./src/testing/index.js', import.meta.url)),
      'drizzle-crr/live': fileURLToPath(new URL('./src/live-queries/index.js', import.meta.url)),
      'drizzle-crr/react': fileURLToPath(new URL('./src/react/index.js', import.meta.url)),
      'drizzle-crr/yjs': fileURLToPath(new URL('./src/yjs/index.js', import.meta.url)),
      'drizzle-crr/loro': fileURLToPath(new URL('./src/loro/index.js', import.meta.url)),
      'drizzle-crr/sync': fileURLToPath(new URL('./src/sync/index.js', import.meta.url)),
      'drizzle-crr': fileURLToPath(new URL('./src/index.js', import.meta.url)),
    },
  },
  test: {
    sequence: { sequencer: LongFirst },
    testTimeout: 60_000,
    // Hooks build the package and start servers, on machines that may be busy.
    hookTimeout: 120_000,
    setupFiles: './test/support/close-when-tests-end.ts',
    globalSetup: './test/support/built-package.ts',
    // Many tests wait for processes of their own: two workers keep two cores busy, not one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // test/types is checked by tsc, in `npm run check`.
          include: ['test/**/*.test.ts'],
          // The other line of Drizzle has a driver for every engine, so there the commands run on all of them.
          exclude: [performance, 'test/drizzle-1/**', 'test/cli/engines.test.ts', ...long],
        },
      },
      {
        extends: true,
        // The next line of Drizzle, which is installed under another name.
        resolve: { alias: [{ find: /^drizzle-orm(?=\/|$)/, replacement: 'drizzle-orm-1' }] },
        test: {
          name: 'drizzle-1',
          include: [
            'test/engines/conformance.test.ts',
            'test/engines/{browser,runtimes}/*.test.ts',
            'test/drizzle/**/*.test.ts',
            'test/live-queries/{errors,others}.test.ts',
            ...moreOfDrizzle1,
            // What the command line does on it; the rest does not depend on the line.
            'test/cli/engines.test.ts',
            'test/migrate/push.test.ts',
            // What only that line has.
            'test/drizzle-1/**/*.test.ts',
          ],
          // Its relational queries are those of 0.45; those of 1.0 are in test/drizzle-1.
          exclude: ['test/drizzle/transactions.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'performance',
          include: [performance],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // After all others, so that nothing else runs beside it.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const src = fileURLToPath(new URL('../../src/', import.meta.url));

/** All imports in src/sync: which file imports which, as paths in src. */
const imports = readdirSync(join(src, 'sync'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((name) => {
    const file = join(src, 'sync', name);
    const targets = [...readFileSync(file, 'utf8').matchAll(/ from '(\.[^']+)\.js'/g)];
    return targets.map(([, target]) => ({
      from: relative(src, file),
      to: `${relative(src, join(dirname(file), target!))}.ts`,
    }));
  });

const importsOf = (folders: RegExp) =>
  imports.filter(({ to }) => folders.test(to)).map(({ from }) => from);

test('only site.ts knows how a database is reached', () => {
  const from = importsOf(/^(database(?!\/options)|drizzle|engines|feed|merge|tables|schema)\//);
  expect(new Set(from)).toEqual(new Set(['sync/site.ts']));
});

test('only column-types.ts knows the types of columns', () => {
  const from = importsOf(/^columns\//);
  expect(new Set(from)).toEqual(new Set(['sync/column-types.ts']));
});

test('wire knows neither client nor server, and these know nothing of each other', () => {
  const within = (folder: string, ...others: string[]) =>
    imports.filter(
      ({ from, to }) =>
        from.startsWith(`sync/${folder}/`) &&
        others.some((other) => to.startsWith(`sync/${other}/`)),
    );
  expect(within('wire', 'client', 'server')).toEqual([]);
  expect(within('client', 'server')).toEqual([]);
  expect(within('server', 'client')).toEqual([]);
});

test('only the registry knows the codecs', () => {
  const from = importsOf(/^sync\/wire\/(binary|json)-codec/);
  expect(new Set(from)).toEqual(new Set(['sync/wire/codecs.ts']));
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { root } from '../support/run-tsx.js';

/** All that a database needs to merge, whatever library its application queries it with. */
const CORE = ['model', 'sql', 'columns', 'tables', 'merge', 'feed', 'database'];

test.each([
  ...CORE.map((folder) => [folder, CORE] as const),
  ['engines', [...CORE, 'engines']] as const,
])('src/%s imports no package, and no folder outside of the core', (folder, allowed) => {
  const files = readdirSync(join(root, 'src', folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join('src', folder, file));
  const isAllowed = (file: string, target: string) => {
    if (!target.startsWith('.')) return false;
    const [, place, ...inside] = join(file, '..', target).split('/');
    return inside.length === 0 ? place === 'errors.js' : allowed.includes(place!);
  };
  const found = files.flatMap((file) =>
    importsOf(file)
      .filter((target) => !isAllowed(file, target))
      .map((target) => `${file} imports ${target}`),
  );
  expect(found).toEqual([]);
});

const importsOf = (file: string): string[] =>
  ts
    .preProcessFile(readFileSync(join(root, file), 'utf8'))
    .importedFiles.map(({ fileName }) => fileName);

/** The plan of the house (docs/contributing.md), held by a test. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { INSPECTIONS } from '../../src/tables/inspections.js';
import { MODULES } from '../../src/tables/modules.js';

const src = fileURLToPath(new URL('../../src', import.meta.url));

/** A folder imports only from itself and from those before it. */
const FOLDERS = [
  'errors.ts',
  'model',
  'sql',
  'columns',
  'tables',
  'merge',
  'feed',
  'live',
  'database',
  'documents',
  'engines',
  'schema',
  'drizzle',
  'yjs',
  'loro',
  'live-queries',
  'sync',
  'browser',
  'react',
  'migrate',
  'vite',
  'cli',
  'testing',
  'index.ts',
];

interface SourceFile {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  /** Without comments. */
  readonly code: string;
}

const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry): SourceFile => {
    const path = relative(src, join(entry.parentPath, entry.name));
    const text = readFileSync(join(src, path), 'utf8');
    const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');
    return { path, folder: path.split('/')[0]!, text, code };
  });

function importsOf({ path, code }: SourceFile): string[] {
  const specifiers = [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?'([^'\s]+)'/g)].map(
    ([, name]) => name!,
  );
  return specifiers.map((name) =>
    name.startsWith('.') ? normalize(join(dirname(path), name)).replace(/\.js$/, '.ts') : name,
  );
}

test('every folder has its place in the order', () => {
  const folders = [...new Set(files.map(({ folder }) => folder))];
  expect(folders.filter((folder) => !FOLDERS.includes(folder))).toEqual([]);
});

test('a folder imports only from those before it', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((name) => name.endsWith('.ts'))
      .filter((name) => FOLDERS.indexOf(name.split('/')[0]!) > FOLDERS.indexOf(file.folder))
      .map((name) => `${file.path} imports ${name}`),
  );
  expect(wrong).toEqual([]);
});

test('no file imports itself in a circle', () => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) {
      circles.push([...way.slice(way.indexOf(path)), path].join(' -> '));
      return;
    }
    if (done.has(path)) return;
    const file = byPath.get(path);
    // Types alone make no circle when the modules are loaded.
    const code = file?.code.replaceAll(/import type [\s\S]*?;/g, '');
    for (const name of file ? importsOf({ ...file, code: code! }) : []) {
      if (byPath.has(name)) visit(name, [...way, path]);
    }
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  expect(circles).toEqual([]);
});

test('what always holds of a bookkeeping table is stated for each module', () => {
  expect(Object.keys(INSPECTIONS)).toEqual(MODULES.map(({ name }) => name));
});

const CORE = [
  'model',
  'sql',
  'columns',
  'tables',
  'merge',
  'feed',
  'database',
  'documents',
  'engines',
  'live',
];

test('the core imports neither Drizzle nor a driver, nor anything of Node', () => {
  const foreign = files
    .filter(({ folder }) => CORE.includes(folder))
    .flatMap((file) =>
      importsOf(file)
        .filter((name) => !name.endsWith('.ts'))
        .map((name) => `${file.path} imports ${name}`),
    );
  expect(foreign).toEqual([]);
});

describe('one mechanism, one place', () => {
  const linesWith = (pattern: RegExp, allowed: readonly string[]) =>
    files
      .filter(({ folder }) => !allowed.includes(folder))
      .flatMap(({ path, code }) =>
        code
          .split('\n')
          .filter((line) => pattern.test(line))
          .map((line) => `${path}: ${line.trim()}`),
      );

  test('which column type a column has is asked in src/columns alone', () => {
    const checks = /\bkind\??\.(type|by)\b\s*(===|!==)|\.name === '(lww|counter|mvr)/;
    // A key column may be declared with the type that every column has.
    const found = linesWith(checks, ['columns']).filter((line) => !line.includes('DEFAULT_KIND'));
    expect(found).toEqual([]);
  });

  test('SQL is written in src/sql, columns, tables, merge and feed', () => {
    const sql =
      /[`'"]\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER) |\bstatementText`|\bblock`/;
    expect(linesWith(sql, ['sql', 'columns', 'tables', 'merge', 'feed'])).toEqual([]);
  });

  test('the results of a batch are not read by position', () => {
    const byPosition = /(?<!#)\b(results?|rows?)!?\[\d+\]!?\[|\.at\(-1\)!\[/;
    expect(linesWith(byPosition, [])).toEqual([]);
  });
});

test('files are small: most under 150 lines, none above 300', () => {
  const lengths = files.map(({ path, text }) => ({ path, lines: text.split('\n').length }));
  const long = lengths.filter(({ lines }) => lines > 150);
  expect(lengths.filter(({ lines }) => lines > 300)).toEqual([]);
  expect(long.length / lengths.length, JSON.stringify(long)).toBeLessThan(0.15);
});

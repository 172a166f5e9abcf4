import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as api from '../../src/index.js';
import { type CodeBlock, codeBlocks } from '../support/code-blocks.js';
import { root } from '../support/run-tsx.js';
import { type ScratchProject, scratchProject } from '../support/scratch-project.js';

const pages = readdirSync(join(root, 'docs')).map((name) => `docs/${name}`);
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const PRELUDE = `
import { deepStrictEqual as deepEqual, notDeepStrictEqual as notDeepEqual, rejects, strictEqual as equal, throws } from 'node:assert';
import { createClient } from '@libsql/client';
import { asCrr, type ChangePage, counter, CrrError, crrTable, type Cursor, explainError, fractIndex, fractOrder, fractOrderBy, increment, lww, mvr, packKey, unpackKey, withCrr } from 'drizzle-crr';
import { eq, getTableName, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { index, integer, sqliteTableCreator, text } from 'drizzle-orm/sqlite-core';
import { cards, createTables, exchange, notes, numbered, openDatabase, schema, spans, todos } from '../../test/docs/sites.js';
`;

/** All examples in one program: a function each, with databases of its own. */
function program(examples: readonly CodeBlock[]): string {
  const functions = examples.map(
    ({ page, line, code }) =>
      `async function example_${page.replace(/\W/g, '_')}_${line}() {\nconst [db, other] = [await openDatabase(), await openDatabase()];\n${code}}`,
  );
  const calls = examples.map(
    ({ page, line }) =>
      `await example_${page.replace(/\W/g, '_')}_${line}().then(() => console.log('${page}:${line} ok'), (error) => console.log('${page}:${line}', error));`,
  );
  return [PRELUDE, ...functions, ...calls].join('\n');
}

/** Whole processes on a machine that may be busy; nothing here is about time. */
const SLOW = 240_000;

describe('the examples in docs/', () => {
  const examples = pages.flatMap(codeBlocks).filter(({ language }) => language === 'ts');
  let project: ScratchProject;
  beforeAll(() => {
    project = scratchProject('docs');
    project.write('examples.ts', program(examples));
  });
  afterAll(() => project.remove());

  test('pass the type checker', { timeout: SLOW }, async () => {
    const { code, stdout } = await project.typecheck();
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });

  test('run, and their assertions hold', { timeout: SLOW }, async () => {
    const { stdout, stderr, code } = await project.run('examples.ts');
    expect(code, stderr).toBe(0);
    expect(stdout).toBe(examples.map(({ page, line }) => `${page}:${line} ok\n`).join(''));
  });
});

describe('docs/', () => {
  test('name every error code that is thrown, and no other', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && file !== 'errors.ts')
      .map((file) => read(join('src', file)));
    const codesIn = (texts: readonly string[], pattern: RegExp) =>
      [...new Set(texts.flatMap((text) => text.match(pattern) ?? []))].sort();
    const family = 'CRR_(?:SCHEMA|CHANGE|DATABASE|USAGE)_[A-Z_]+';
    const thrown = codesIn(files, new RegExp(`(?<=')${family}(?=')`, 'g'));
    const tables = pages.map((page) => (read(page).match(/^\| `CRR.*/gm) ?? []).join('\n'));
    expect(codesIn(tables, new RegExp(family, 'g'))).toEqual(thrown);
  });

  test('name every public export', () => {
    const text = read('docs/api.md');
    const types = read('src/index.ts').match(/\b[A-Z]\w+\b|\b[a-z]+[A-Z]\w+\b/g)!;
    for (const name of new Set([...Object.keys(api), ...types])) expect(text).toContain(name);
  });

  test.each([...pages, 'README.md'])('%s links to pages and headings that exist', (page) => {
    for (const [, target] of read(page).matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(target!)) continue;
      const [path, anchor] = target!.split('#') as [string, string?];
      const file = path === '' ? page : join(page, '..', path);
      const text = read(file);
      if (anchor !== undefined) expect(headings(text), `${page} -> ${target}`).toContain(anchor);
    }
  });
});

/** Anchors of a page's headings, as GitHub makes them. */
function headings(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CodeBlock, codeBlocks } from '../support/code-blocks.js';
import { root } from '../support/run-tsx.js';
import { type ScratchProject, scratchProject } from '../support/scratch-project.js';

const pages = readdirSync(join(root, 'docs')).map((name) => `docs/${name}`);
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** All files of a folder that hold code, by their paths from the root. */
const sourceFiles = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));

const PRELUDE = `
import { deepStrictEqual as deepEqual, notDeepStrictEqual as notDeepEqual, rejects, strictEqual as equal, throws } from 'node:assert';
import { createClient } from '@libsql/client';
import { createSync, createSyncHandler } from 'drizzle-crr/sync';
import { liveQuery } from 'drizzle-crr/live';
import { loroText } from 'drizzle-crr/loro';
import { yText, yXml } from 'drizzle-crr/yjs';
import { createTestNetwork } from 'drizzle-crr/testing';
import { asCrr, type ChangePage, collaborativeText, counter, CrrError, type CrrDatabase, type CrrEvent, crrTable, type Cursor, days, type DocumentMerge, explainError, fractIndex, fractOrder, fractOrderBy, greatest, increment, least, lww, mvr, packKey, type PeerProgress, unpackKey, withCrr } from 'drizzle-crr';
import { eq, getTableName, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { check, index, integer, sqliteTableCreator, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { articles, cards, createTables, letters, exchange, messages, notes, numbered, openDatabase, posts, readers, schema, spans, todos, users } from '../../test/docs/sites.js';
import { app, authorization, refresh, showProgress, tasks, url, userOf } from '../../test/docs/sync-world.js';
`;

const nameOf = ({ page, line }: CodeBlock) => `example_${page.replace(/\W/g, '_')}_${line}`;

/** A file of a user's project: it exports something. All others are parts of a program. */
const isModule = ({ code }: CodeBlock) => /^export /m.test(code);

/** All examples in one program: a function or a module each, with databases of its own. */
function program(examples: readonly CodeBlock[]): string {
  const functions = examples
    .filter((example) => !isModule(example))
    .map(
      (example) =>
        `async function ${nameOf(example)}() {\nconst [db, other] = [await openDatabase(), await openDatabase()];\n${withoutImports(example)}}`,
    );
  const calls = examples.map((example) => {
    const { page, line } = example;
    const run = isModule(example) ? `import('./${nameOf(example)}.js')` : `${nameOf(example)}()`;
    return `await ${run}.then(() => console.log('${page}:${line} ok'), (error) => console.log('${page}:${line}', error));`;
  });
  return [PRELUDE, ...functions, ...calls].join('\n');
}

/** A function cannot import, so the prelude does: the same names from the same modules. */
function withoutImports({ page, code }: CodeBlock): string {
  return code.replace(/^import \{ (.*) \} from '(.*)';$/gm, (line, names: string, from: string) => {
    const own = new RegExp(`^import \\{ (.*) \\} from '${from}';$`, 'm').exec(PRELUDE)?.[1];
    for (const name of names.split(', ')) {
      if (!own?.split(', ').includes(name)) throw new Error(`${page}: the prelude lacks ${line}`);
    }
    return '';
  });
}

/** Whole processes on a machine that may be busy; nothing here is about time. */
const SLOW = 240_000;

describe('the examples in docs/', () => {
  const examples = pages.flatMap(codeBlocks).filter(({ language }) => language === 'ts');
  let project: ScratchProject;
  beforeAll(() => {
    project = scratchProject('docs');
    project.write('examples.ts', program(examples));
    for (const example of examples.filter(isModule)) {
      project.write(`${nameOf(example)}.ts`, example.code);
    }
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
    const files = sourceFiles('src')
      .filter((file) => file !== 'src/errors.ts')
      .map(read);
    const codesIn = (texts: readonly string[], pattern: RegExp) =>
      [...new Set(texts.flatMap((text) => text.match(pattern) ?? []))].sort();
    const family = 'CRR_(?:SCHEMA|CHANGE|DATABASE|USAGE|TEST)_[A-Z_]+';
    const thrown = codesIn(files, new RegExp(`(?<=')${family}(?=')`, 'g'));
    const tables = pages.map((page) => (read(page).match(/^\| `CRR.*/gm) ?? []).join('\n'));
    expect(codesIn(tables, new RegExp(family, 'g'))).toEqual(thrown);
  });

  test('name every code of sync, where users look and where the protocol is described', () => {
    const inSync = sourceFiles('src/sync').map(read);
    const codes = (text: string) => [...new Set(text.match(/CRR_SYNC_[A-Z_]+/g))].sort();
    const thrown = codes(
      inSync.flatMap((text) => text.match(/(?<=')CRR_SYNC_[A-Z_]+(?=')/g) ?? []).join(' '),
    );
    const table = (read('docs/sync.md').match(/^\| .*`CRR_SYNC.*/gm) ?? []).join('\n');
    expect(codes(table)).toEqual(thrown);
    const opening = read('src/sync/protocol.ts').split('*/')[0]!;
    // Those that only this side gets are no answers.
    const own = ['CRR_SYNC_ABORTED', 'CRR_SYNC_NETWORK', 'CRR_SYNC_RESTORED'];
    expect(codes(opening)).toEqual(thrown.filter((code) => !own.includes(code)));
    const statuses = (text: string) =>
      [...text.matchAll(/(\d{3}).*?(CRR_SYNC_[A-Z_]+)/g)].map(
        ([, status, code]) => `${code} ${status}`,
      );
    const single = (text: string) => statuses(text.replace(/.*(405|406|415).*/g, '')).sort();
    expect(single(table)).toEqual(single(opening));
  });

  test.each(['docs/guarantees.md', 'docs/security.md'])('%s names tests that exist', (page) => {
    const tests = sourceFiles('test');
    const names = [...read(page).matchAll(/`([\w./-]+\.test\.ts|test\/[\w./-]+)`/g)];
    expect(names.length).toBeGreaterThan(0);
    for (const [, name] of names) {
      const isThere = tests.some((file) => file.endsWith(`/${name}`) || file.startsWith(`${name}`));
      expect(isThere, name).toBe(true);
    }
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

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { codeBlocks } from '../support/code-blocks.js';
import { testProject } from '../support/project.js';
import { root, runTsx } from '../support/run-tsx.js';
import { type ScratchProject, scratchProject } from '../support/scratch-project.js';

const blocks = codeBlocks('README.md');
/** Each TypeScript block begins with the name of the file that it is. */
const files = new Map(
  blocks
    .filter(({ language }) => language === 'ts')
    .map(({ code, line }) => {
      const named = /^\/\/ (\S+)\n/.exec(code);
      if (!named)
        throw new Error(`README.md, line ${line}: the block does not begin with // <file>`);
      return [named[1]!, code.slice(named[0].length)] as const;
    }),
);
const shell = (command: RegExp) =>
  blocks.find(({ language, code }) => language === 'sh' && command.test(code))?.code;

/** Whole processes on a machine that may be busy; nothing here is about time. */
const SLOW = 240_000;

describe('README.md', () => {
  let project: ScratchProject;
  beforeAll(() => {
    project = scratchProject('readme');
    for (const [file, code] of files) project.write(file, code);
  });
  afterAll(() => project.remove());

  test('its files are those of examples/quickstart', () => {
    const example = join(root, 'examples/quickstart');
    const names = readdirSync(example).filter((name) => name.endsWith('.ts'));
    expect([...files.keys()].sort()).toEqual(names.sort());
    for (const name of names) {
      expect(files.get(name)).toBe(readFileSync(join(example, name), 'utf8'));
    }
  });

  test('its files pass the type checker', { timeout: SLOW }, async () => {
    const { code, stdout } = await project.typecheck();
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });

  test('its commands make the program run, and print what it says', { timeout: SLOW }, async () => {
    const generate = shell(/drizzle-crr generate/)!
      .trim()
      .split(' ');
    expect(generate.slice(0, 2)).toEqual(['npx', 'drizzle-crr']);
    const installed = await testProject(Object.fromEntries(files));
    onTestFinished(() => installed.remove());
    const made = await installed.crr(...generate.slice(2));
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(Object.keys(installed.snapshot('drizzle'))).toContain('0000_todos.sql');

    const cwd = installed.folder;
    const program = await runTsx('index.ts', [], { cwd, env: { TSX_TSCONFIG_PATH: undefined } });
    expect(program.stderr).toBe('');
    expect(program.stdout).toBe(blocks.find(({ language }) => language === 'text')!.code);
  });

  test('names only scripts that exist', () => {
    const text = readFileSync(join(root, 'README.md'), 'utf8');
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    for (const [, script] of text.matchAll(/npm run (?:-s )?([\w:]+)/g)) {
      expect(Object.keys(scripts)).toContain(script);
    }
  });
});

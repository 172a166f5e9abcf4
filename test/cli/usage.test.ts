/** A wrong command line: one line on stderr, exit code 2, nothing done. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestProject } from '../support/project.js';
import { createNotesFile, notesProject } from './notes-project.js';

let project: TestProject;
beforeAll(async () => {
  project = await notesProject();
  await createNotesFile(project, 'app.db');
});
afterAll(() => project?.remove());

async function refused(...args: string[]): Promise<string> {
  const files = Object.keys(project.snapshot('.'));
  const { code, stdout, stderr } = await project.crr(...args);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^drizzle-crr[^\n]*\n$/);
  expect(code).toBe(2);
  expect(Object.keys(project.snapshot('.'))).toEqual(files);
  return stderr;
}

const SERVER = 'http://127.0.0.1:9/';

test.each([
  ['generate', []],
  ['check', []],
  ['push', []],
  ['status', []],
  ['changes', []],
  ['sync', [SERVER]],
  ['serve', []],
])('%s names an option that it does not know and the one that was meant', async (name, args) => {
  const message = (option: string) =>
    `drizzle-crr ${name}: unknown option '${option}' (Did you mean --schema?)\n`;
  expect(await refused(name, ...args, '--shcema', './schema.ts')).toBe(message('--shcema'));
  expect(await refused(name, ...args, '--shcema=./schema.ts')).toBe(message('--shcema'));
});

describe('a command line that cannot be meant', () => {
  test.each([
    [
      'a misspelt command',
      ['genrate'],
      "drizzle-crr: unknown command 'genrate' (Did you mean generate?)",
    ],
    [
      'help for a misspelt command',
      ['help', 'chek'],
      "drizzle-crr: unknown command 'chek' (Did you mean check?)",
    ],
    [
      'a command like no other',
      ['frobnicate'],
      "drizzle-crr: unknown command 'frobnicate'; drizzle-crr --help lists them all",
    ],
    [
      'an option like no other',
      ['status', '--db', 'file:app.db'],
      "drizzle-crr status: unknown option '--db'; drizzle-crr status --help lists them all",
    ],
    [
      'an option without its value',
      ['status', '--url'],
      "drizzle-crr status: option '--url <url>' argument missing",
    ],
    [
      'a value for a switch',
      ['changes', '--ndjson=no'],
      "drizzle-crr changes: option '--ndjson' takes no value",
    ],
    [
      'a word too many',
      ['status', 'app.db'],
      "drizzle-crr status: too many arguments for 'status'. Expected 0 arguments but got 1.",
    ],
    ['sync without a server', ['sync'], "drizzle-crr sync: missing required argument 'server'"],
    [
      'a server that is not on the web',
      ['sync', 'localhost:8788'],
      "drizzle-crr sync: command-argument value 'localhost:8788' is invalid for argument 'server'. Expected an address that begins with http:// or https://.",
    ],
    [
      'a version that is not a number',
      ['changes', '--since', 'x'],
      "drizzle-crr changes: option '--since <version>' argument 'x' is invalid. Expected an integer, 0 or greater.",
    ],
    [
      'no changes at all',
      ['changes', '--limit', '0'],
      "drizzle-crr changes: option '--limit <count>' argument '0' is invalid. Expected an integer, 1 or greater.",
    ],
    [
      'a table that the schema lacks',
      ['changes', '--table', 'nots'],
      'drizzle-crr changes: --table nots: the schema has no such CRR; it has notes',
    ],
    [
      'a port that does not exist',
      ['serve', '--port', '65536'],
      "drizzle-crr serve: option '--port <port>' argument '65536' is invalid. Expected an integer, 0 to 65535.",
    ],
    [
      'another dialect',
      ['check', '--dialect', 'postgresql'],
      "drizzle-crr check: option '--dialect <dialect>' argument 'postgresql' is invalid. Allowed choices are sqlite, turso.",
    ],
    [
      'a database for check --offline, which uses none',
      ['check', '--offline', '--url', 'file:app.db'],
      "drizzle-crr check: option '--offline' cannot be used with option '--url <url>'",
    ],
    [
      'a config and an option in its place, for drizzle-kit generate',
      ['generate', '--casing', 'snake_case'],
      'drizzle-crr generate: --casing cannot be used with the config drizzle.config.ts: change the config, or pass at least --schema and --dialect and no --config',
    ],
  ] as const)('%s', async (_, args, message) => {
    expect(await refused(...args)).toBe(`${message}\n`);
  });

  test('a header without a name, which is not repeated on stderr: it may be a token', async () => {
    const message = await refused('sync', SERVER, '--header', 'my-secret');
    expect(message).toBe('drizzle-crr sync: --header must have the form "name: value"\n');
  });
});

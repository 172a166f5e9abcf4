/** A project for the length of a test, inside this repository so that its packages are found. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TYPESCRIPT_NEXT } from '../../tools/typescript.js';
import tsconfig from '../../tsconfig.json' with { type: 'json' };
import { type Finished, root, runTsx } from './run-tsx.js';

export interface ScratchProject {
  readonly directory: string;
  write(file: string, text: string): void;
  /** Checks the types of all its files. */
  typecheck(): Promise<Finished>;
  /** Runs a file of the project, or a tool. */
  run(file: string, ...args: string[]): Promise<Finished>;
  remove(): void;
}

export function scratchProject(name: string): ScratchProject {
  mkdirSync(join(root, 'tmp'), { recursive: true });
  const directory = mkdtempSync(join(root, 'tmp', `${name}-`));
  const write = (file: string, text: string) => writeFileSync(join(directory, file), text);
  write(
    'tsconfig.json',
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: {
        paths: pathsFrom('../..'),
      },
      include: ['*.ts'],
    }),
  );
  const run = (file: string, ...args: string[]) => runTsx(file, args, { cwd: directory });
  return {
    directory,
    write,
    typecheck: () => run(TYPESCRIPT_NEXT, '-p', '.'),
    run,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** The entry points of the package, as the repository's own tsconfig.json has them. */
function pathsFrom(up: string): Record<string, string[]> {
  const entries = Object.entries(tsconfig.compilerOptions.paths);
  return Object.fromEntries(
    entries.map(([name, paths]) => [name, paths.map((path) => `${up}/${path}`)]),
  );
}

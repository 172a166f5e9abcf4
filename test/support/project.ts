/** Temporary projects with the real drizzle-kit and this package as it is built for users. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };
import { builtDist } from './built-package.js';
import { isDrizzle1 } from './drizzle-line.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const drizzlePackage = (name: 'drizzle-orm' | 'drizzle-kit', is1: boolean) =>
  join(ROOT, is1 ? 'tools/drizzle-1' : '', 'node_modules', name);
const packageOf = (name: string) => join(ROOT, 'node_modules', name);

const builtPackages = new Map<boolean, string>();

/** The package's folder with a fresh `dist`, which finds the drizzle-orm of the line. */
async function builtPackage(is1: boolean): Promise<string> {
  const dist = await builtDist();
  const known = builtPackages.get(is1);
  if (known !== undefined) return known;
  const folder = scratch('drizzle-crr-package-');
  builtPackages.set(is1, folder);
  cpSync(dist, join(folder, 'dist'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  mkdirSync(join(folder, 'node_modules'));
  for (const name of Object.keys(manifest.dependencies)) {
    symlinkSync(packageOf(name), join(folder, 'node_modules', name));
  }
  symlinkSync(drizzlePackage('drizzle-orm', is1), join(folder, 'node_modules', 'drizzle-orm'));
  return folder;
}

/** A folder for as long as the tests run. */
function scratch(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** To a question of drizzle-kit. */
type Answer = 'renamed' | 'new' | 'interrupt';

export interface RunningCommand {
  /** Waits until stdout matches, and returns the match; fails if the command ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  readonly process: ChildProcess;
  readonly ended: Promise<CommandResult>;
}

type Line = '0.45' | '1.0';

export interface TestProject {
  readonly folder: string;
  /** Writes files by their paths in the project. */
  write(files: Readonly<Record<string, string>>): void;
  read(path: string): string;
  /** All files below a folder with their texts. */
  snapshot(path: string): Record<string, string>;
  /** Runs the command line of this package, as npx would. */
  crr(...args: string[]): Promise<CommandResult>;
  /** The same with environment variables. */
  crrWith(env: Readonly<Record<string, string>>, ...args: string[]): Promise<CommandResult>;
  /** Starts it and does not wait for its end. Ended by `remove()` at the latest. */
  start(...args: string[]): RunningCommand;
  /** The same at a terminal, answering each of drizzle-kit's questions, or with Ctrl-C. */
  crrAnswering(answers: readonly Answer[], ...args: string[]): Promise<CommandResult>;
  kit(...args: string[]): Promise<CommandResult>;
  /** Installs another line of Drizzle in it than that of the tests. */
  useLine(line: Line): Promise<void>;
  kitAnswering(answers: readonly Answer[], ...args: string[]): Promise<CommandResult>;
  remove(): void;
}

/**
 * @param packages what the project has besides drizzle-orm, drizzle-kit and this package; a folder of packages such
 * as `@libsql` is one.
 * @param runtime the path of the JavaScript runtime that runs the commands.
 */
export async function testProject(
  files: Readonly<Record<string, string>>,
  {
    type = 'module',
    packages = ['@libsql'],
    runtime = process.execPath,
  }: {
    readonly type?: 'module' | 'commonjs';
    readonly packages?: readonly string[];
    readonly runtime?: string;
  } = {},
): Promise<TestProject> {
  const folder = mkdtempSync(join(tmpdir(), 'drizzle-crr-project-'));
  mkdirSync(join(folder, 'node_modules'));
  const link = (name: string, path: string) => {
    const place = join(folder, 'node_modules', name);
    rmSync(place, { force: true });
    symlinkSync(path, place);
  };
  const useLine = async (line: Line) => {
    const is1 = line === '1.0';
    link('drizzle-orm', drizzlePackage('drizzle-orm', is1));
    link('drizzle-kit', drizzlePackage('drizzle-kit', is1));
    link('drizzle-crr', await builtPackage(is1));
  };
  await useLine(isDrizzle1 ? '1.0' : '0.45');
  for (const name of packages) link(name, packageOf(name));
  const kit = join(folder, 'node_modules/drizzle-kit/bin.cjs');
  const write = (texts: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(texts)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  };
  write({ 'package.json': JSON.stringify({ name: 'project', private: true, type }), ...files });
  const bin = join(folder, 'node_modules/drizzle-crr/dist/cli/bin.js');
  const started: ChildProcess[] = [];
  return {
    folder,
    write,
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    snapshot(path) {
      const root = join(folder, path);
      if (!existsSync(root)) return {};
      const entries = readdirSync(root, { recursive: true, withFileTypes: true });
      return Object.fromEntries(
        entries
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .sort()
          .map((file) => [file.slice(root.length + 1), readFileSync(file, 'utf8')]),
      );
    },
    crr: (...args) => start(runtime, [bin, ...args], folder).ended,
    crrWith: (env, ...args) => start(runtime, [bin, ...args], folder, env).ended,
    start(...args) {
      const running = start(runtime, [bin, ...args], folder);
      started.push(running.process);
      return running;
    },
    crrAnswering: (answers, ...args) => atTerminal(folder, [runtime, bin, ...args], answers),
    useLine,
    kit: (...args) => start(runtime, [kit, ...args], folder).ended,
    kitAnswering: (answers, ...args) => atTerminal(folder, [runtime, kit, ...args], answers),
    remove() {
      for (const child of started) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whatever the tests themselves are run with must not decide what a command does. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { DATABASE_URL, DATABASE_AUTH_TOKEN, NO_COLOR, FORCE_COLOR, ...env } = process.env;
  return env;
}

function start(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): RunningCommand {
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  const ended = new Promise<CommandResult>((done) =>
    child.once('close', (code) => done({ code: code ?? -1, stdout, stderr })),
  );
  const printed = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((done, fail) => {
      const look = () => {
        const found = pattern.exec(stdout);
        if (found) done(found);
      };
      child.stdout.on('data', look);
      look();
      void ended.then(() => fail(new Error(`the command ended: ${stdout}${stderr}`)));
    });
  return { process: child, ended, printed };
}

/** A terminal by script(1); a question is answered when it stands there. */
async function atTerminal(
  cwd: string,
  args: readonly string[],
  answers: readonly Answer[],
): Promise<CommandResult> {
  const line = args.map((part) => `'${part}'`).join(' ');
  const env = { ...cleanEnvironment(), TERM: 'xterm' };
  const child = spawn('script', ['-qefc', line, '/dev/null'], { cwd, stdio: 'pipe', env });
  const left = [...answers];
  let stdout = '';
  let seen = 0;
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString();
    const questions = stdout.split('created or renamed from another').length - 1;
    // A question is drawn again after each key, so only one that follows an answer is new.
    if (questions <= seen || left.length === 0) return;
    const answer = left.shift()!;
    seen = questions + (answer === 'renamed' ? 1 : 0);
    setTimeout(() => {
      if (answer === 'renamed') child.stdin.write('\u001b[B');
      setTimeout(() => child.stdin.write(answer === 'interrupt' ? '\u0003' : '\r'), 100);
    }, 100);
  });
  const code = await new Promise<number>((done) => child.once('close', (c) => done(c ?? -1)));
  return { code, stdout, stderr: '' };
}

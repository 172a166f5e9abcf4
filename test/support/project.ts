/** Temporary projects with the real drizzle-kit and this package as it is built for users. */
import { spawn } from 'node:child_process';
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
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let built: Promise<string> | undefined;

/** The package's folder with a fresh `dist`, built once per test file. */
function builtPackage(): Promise<string> {
  built ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), 'drizzle-crr-built-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    const configs = (await import('../../tsup.config.js')).default as object[];
    for (const config of configs) {
      await build({
        ...config,
        config: false,
        silent: true,
        dts: false,
        sourcemap: false,
        outDir: join(folder, 'dist'),
      });
    }
    cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    return folder;
  })();
  return built;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TestProject {
  readonly folder: string;
  /** Writes files by their paths in the project. */
  write(files: Readonly<Record<string, string>>): void;
  read(path: string): string;
  /** All files below a folder with their texts. */
  snapshot(path: string): Record<string, string>;
  /** Runs the command line of this package, as npx would. */
  crr(...args: string[]): Promise<CommandResult>;
  /** The same at a terminal, answering each of drizzle-kit's questions, or with Ctrl-C. */
  crrAnswering(
    answers: readonly ('renamed' | 'new' | 'interrupt')[],
    ...args: string[]
  ): Promise<CommandResult>;
  kit(...args: string[]): Promise<CommandResult>;
  remove(): void;
}

export async function testProject(
  files: Readonly<Record<string, string>>,
  type: 'module' | 'commonjs' = 'module',
): Promise<TestProject> {
  const folder = mkdtempSync(join(tmpdir(), 'drizzle-crr-project-'));
  const crrPackage = await builtPackage();
  mkdirSync(join(folder, 'node_modules'));
  const linked = ['drizzle-orm', 'drizzle-kit', '@libsql'];
  for (const name of linked) {
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
  symlinkSync(crrPackage, join(folder, 'node_modules', 'drizzle-crr'));
  const write = (texts: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(texts)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  };
  write({ 'package.json': JSON.stringify({ name: 'project', private: true, type }), ...files });
  const bin = join(crrPackage, 'dist', 'cli', 'bin.js');
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
    crr: (...args) => run(process.execPath, [bin, ...args], folder),
    crrAnswering: (answers, ...args) => atTerminal(folder, [bin, ...args], answers),
    kit: (...args) =>
      run(process.execPath, [resolve(ROOT, 'node_modules/drizzle-kit/bin.cjs'), ...args], folder),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function run(command: string, args: readonly string[], cwd: string): Promise<CommandResult> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  const code = await new Promise<number>((done) => child.once('close', (c) => done(c ?? -1)));
  return { code, stdout, stderr };
}

/** A terminal by script(1); a question is answered when it stands there. */
async function atTerminal(
  cwd: string,
  args: readonly string[],
  answers: readonly ('renamed' | 'new' | 'interrupt')[],
): Promise<CommandResult> {
  const line = [process.execPath, ...args].map((part) => `'${part}'`).join(' ');
  const child = spawn('script', ['-qefc', line, '/dev/null'], { cwd, stdio: 'pipe' });
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

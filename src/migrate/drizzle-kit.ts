import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CrrMigrateError } from '../errors.js';
import { KIT_LINES, lineOf } from './folder.js';
import type { KitLine } from './lines/line.js';

/** Receives drizzle-kit's output. */
export interface Terminal {
  stdout(text: string): void;
  stderr(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTTY: boolean;
}

/** The drizzle-kit of a project. */
export interface DrizzleKit {
  /** The path of its command line. */
  readonly bin: string;
  readonly line: KitLine;
}

export interface DrizzleKitRun {
  readonly exitCode: number;
  /** Everything it printed; undefined if it printed to the user's terminal itself. */
  readonly output: string | undefined;
}

/**
 * Runs the project's own drizzle-kit. If somebody can answer, it gets the terminal itself, so that its
 * questions work; otherwise its output is passed on and returned.
 *
 * @throws {CrrMigrateError} if the project has no drizzle-kit.
 */
export async function runDrizzleKit(
  cwd: string,
  args: readonly string[],
  terminal: Terminal,
): Promise<DrizzleKitRun> {
  const { bin } = drizzleKitOf(cwd);
  const interactive = terminal.isTTY;
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { ...terminal.env } as NodeJS.ProcessEnv,
    stdio: interactive ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const pass = (to: (text: string) => void) => (data: Buffer) => {
    const text = data.toString();
    output += text;
    to(text);
  };
  child.stdout?.on('data', pass(terminal.stdout));
  child.stderr?.on('data', pass(terminal.stderr));
  // Ctrl-C reaches drizzle-kit too. This process must not end before it has restored the folder.
  const ignore = () => {};
  process.on('SIGINT', ignore);
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? (signal === null ? 1 : 130)));
  }).finally(() => process.off('SIGINT', ignore));
  return { exitCode, output: interactive ? undefined : output };
}

/**
 * 0.31 exports no package.json, so its files are found beside its entry point.
 *
 * @throws {CrrMigrateError} if the project has no drizzle-kit, or one that is not supported.
 */
export function drizzleKitOf(cwd: string): DrizzleKit {
  const folder = kitFolder(cwd);
  const bin = folder && join(folder, 'bin.cjs');
  if (bin === undefined || !existsSync(bin)) {
    throw kitError(`there is no drizzle-kit in ${cwd}: npm install --save-dev drizzle-kit`);
  }
  const { version } = JSON.parse(readFileSync(join(folder!, 'package.json'), 'utf8'));
  const line = KIT_LINES.find((line) => line.includes(version));
  if (line !== undefined) return { bin, line };
  const known = KIT_LINES.map(({ name }) => name).join(' or ');
  throw kitError(`drizzle-kit ${version} is not supported: install ${known}`);
}

function kitFolder(cwd: string): string | undefined {
  try {
    return dirname(createRequire(join(cwd, 'package.json')).resolve('drizzle-kit'));
  } catch {
    return undefined; // Reported by the caller.
  }
}

/**
 * Refuses a migrations folder of another line of drizzle-kit: it would take the folder for an empty one.
 *
 * @throws {CrrMigrateError} CRR_MIGRATE_FOLDER
 */
export function requireLayout(out: string, { line }: DrizzleKit): void {
  const made = lineOf(out);
  if (made === undefined || made === line) return;
  const advice = line.conversion ?? `install ${made.name}, or another line of it`;
  throw new CrrMigrateError(
    'CRR_MIGRATE_FOLDER',
    `${out} has migrations of ${made.name}, and the project has ${line.name}: ${advice}`,
  );
}

const kitError = (message: string) => new CrrMigrateError('CRR_MIGRATE_DRIZZLE_KIT', message);

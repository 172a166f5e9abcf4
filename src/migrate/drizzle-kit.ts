import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CrrMigrateError } from '../errors.js';

/** Receives drizzle-kit's output. */
export interface Terminal {
  stdout(text: string): void;
  stderr(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTTY: boolean;
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
  const bin = drizzleKitBin(cwd);
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

/** 0.31 exports no package.json, so its binary is found beside its entry point. */
function drizzleKitBin(cwd: string): string {
  try {
    const entry = createRequire(join(cwd, 'package.json')).resolve('drizzle-kit');
    const bin = join(dirname(entry), 'bin.cjs');
    if (existsSync(bin)) return bin;
  } catch {
    // Reported below.
  }
  throw new CrrMigrateError(
    'CRR_MIGRATE_DRIZZLE_KIT',
    `there is no drizzle-kit in ${cwd}: npm install --save-dev drizzle-kit`,
  );
}

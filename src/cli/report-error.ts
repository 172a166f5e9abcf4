import { EXIT, type ExitCode } from './exit-code.js';
import { Failure } from './failure.js';
import { type Io, screenOf } from './io.js';
import { UsageError } from './usage-error.js';
import { PACKAGE } from './version.js';

/** Writes an error to stderr and returns the exit code for it. */
export function reportError(error: unknown, command: string, io: Io): ExitCode {
  const { style } = screenOf(io, 'stderr');
  const called = (name: string) => (name === '' ? 'drizzle-crr' : `drizzle-crr ${name}`);
  const write = (name: string, message: string) =>
    io.stderr(`${style.red(`${called(name)}:`)} ${message}\n`);
  if (error instanceof UsageError) {
    write(error.command ?? command, error.message);
    return EXIT.usage;
  }
  if (error instanceof Failure) {
    write(command, error.message);
    return EXIT.failed;
  }
  const code = codeOf(error);
  if (error instanceof Error && code !== undefined) {
    write(command, error.message);
    return code.startsWith('CRR_USAGE') ? EXIT.usage : EXIT.failed;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  write(command, `unexpected error, please report it at ${PACKAGE.bugs}\n${text}`);
  return EXIT.failed;
}

/**
 * The code of a `CrrError`. The class does not decide: the user's schema throws errors of the copy of
 * this package that the project imports.
 */
function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^CRR_[A-Z_]+$/.test(code) ? code : undefined;
}

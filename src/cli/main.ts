import { EXIT, type ExitCode } from './exit-code.js';
import type { Io } from './io.js';
import { parse } from './parse.js';
import { reportError } from './report-error.js';

/**
 * Runs one command line (without node and script) and returns its exit code.
 *
 * @example
 * process.exitCode = await main(['check', '--offline'], io);
 */
export async function main(args: readonly string[], io: Io): Promise<ExitCode> {
  let name = '';
  try {
    const call = parse(args, io);
    if (call === undefined) return EXIT.ok;
    name = call.name;
    return await call.command.run(io, call.options, call.args);
  } catch (error) {
    return reportError(error, name, io);
  }
}

import { CommanderError } from 'commander';
import type { Io } from './io.js';
import { allCommands, buildProgram, type Call } from './program.js';
import { UsageError } from './usage-error.js';

/**
 * Reads a command line (without node and script). Help and version are printed here.
 *
 * @returns the command to run; undefined if help or the version was all that was asked for.
 * @throws {UsageError} if it cannot be run.
 */
export function parse(args: readonly string[], io: Io): Call | undefined {
  try {
    return parseExactly(withHelpAsOption(args), io);
  } catch (error) {
    // The parser looks for similar names with the value still attached, and would find none.
    const attached =
      error instanceof UsageError && /^unknown option '(--[^'=]+)=/.exec(error.message);
    if (!attached) throw error;
    const option = attached[1]!;
    parseExactly(
      args.map((arg) => (arg.startsWith(`${option}=`) ? option : arg)),
      io,
    );
    throw new UsageError(`option '${option}' takes no value`, error.command);
  }
}

function parseExactly(args: readonly string[], io: Io): Call | undefined {
  let call: Call | undefined;
  const program = buildProgram(io, (found) => {
    call = found;
  });
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    // The parser ends with this after it has printed help or the version.
    if (!(error instanceof CommanderError && error.exitCode === 0)) throw error;
  }
  return call;
}

/** `help status` is `status --help`; no words at all ask for help too. */
function withHelpAsOption(args: readonly string[]): readonly string[] {
  const [first, name] = args;
  if (first === undefined) return ['--help'];
  if (first !== 'help' || name === undefined) return args;
  const isKnown = allCommands().some((command) => command.parser().name() === name);
  return isKnown ? [name, '--help'] : [name];
}

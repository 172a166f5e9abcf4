import type { Command, Option, OptionValues } from '@commander-js/extra-typings';
import { Command as CommanderCommand, Option as CommanderOption } from 'commander';
import type { ExitCode } from './exit-code.js';
import type { Io } from './io.js';

/*
 * The parser is commander. The types of @commander-js/extra-typings read a command's options out of
 * its definition, so that `run` gets them by name and type.
 */

/** One command of the command line: its options and arguments, and the function that runs it. Each is a file in commands/. */
export interface CliCommand {
  /** Its options, arguments and help, without an action; a new object with each call. */
  parser(): CommanderCommand;
  /**
   * Runs it with what the parser read, and returns the exit code. Errors are thrown. What it needs
   * besides is imported when it runs, so that help and usage errors do not wait for it.
   */
  run(io: Io, options: OptionValues, args: readonly unknown[]): Promise<ExitCode>;
}

export function cliCommand<Args extends unknown[], Options extends OptionValues>(
  parser: () => Command<Args, Options>,
  run: (io: Io, options: Options, ...args: Args) => Promise<ExitCode>,
): CliCommand {
  return {
    parser: parser as unknown as CliCommand['parser'],
    run: (io, options, args) => run(io, options as Options, ...(args as unknown as Args)),
  };
}

/** A new command, to which options and arguments are added. */
export const command = (name: string): Command => new CommanderCommand(name) as unknown as Command;

/** A new option, for what `command.option()` cannot express. */
export const option = <Flags extends string>(flags: Flags, description?: string): Option<Flags> =>
  new CommanderOption(flags, description) as unknown as Option<Flags>;

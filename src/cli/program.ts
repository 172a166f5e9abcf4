import { type Argument, Command } from 'commander';
import type { CliCommand } from './command.js';
import { bundleCommand } from './commands/bundle.js';
import { changesCommand } from './commands/changes.js';
import { checkCommand } from './commands/check.js';
import { compactCommand } from './commands/compact.js';
import { doctorCommand } from './commands/doctor.js';
import { generateCommand } from './commands/generate.js';
import { logCommand } from './commands/log.js';
import { pushCommand } from './commands/push.js';
import { restoreCheckCommand } from './commands/restore-check.js';
import { serveCommand } from './commands/serve.js';
import { statusCommand } from './commands/status.js';
import { studioCommand } from './commands/studio.js';
import { syncCommand } from './commands/sync.js';
import { type Io, screenOf } from './io.js';
import { COLORED } from './style.js';
import { UsageError } from './usage-error.js';
import { PACKAGE } from './version.js';

/** In the order in which help lists them. */
const COMMANDS = {
  'Migrations:': [generateCommand, bundleCommand, checkCommand, pushCommand],
  'Databases:': [
    statusCommand,
    doctorCommand,
    changesCommand,
    logCommand,
    syncCommand,
    serveCommand,
    compactCommand,
    restoreCheckCommand,
    studioCommand,
  ],
} as const;

/** Every command, in the order in which help lists them. */
export const allCommands = (): readonly CliCommand[] => Object.values(COMMANDS).flat();

/** What the parser found. */
export interface Call {
  readonly name: string;
  readonly command: CliCommand;
  readonly options: Record<string, unknown>;
  readonly args: readonly unknown[];
}

/**
 * All commands as a commander program.
 *
 * @param onCall receives the command to run, which has not been started.
 */
export function buildProgram(io: Io, onCall: (call: Call) => void): Command {
  const program = new Command('drizzle-crr')
    .usage('<command> [options]')
    .description('Conflict-free replicated tables (CRRs) for Drizzle ORM.')
    .version(PACKAGE.version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpCommand(
      new Command('help')
        .argument('[command]')
        .summary('print help for a command')
        .helpGroup('Help:'),
    )
    .configureOutput(outputOf(io))
    .configureHelp({
      styleTitle: COLORED.bold,
      styleOptionTerm: COLORED.cyan,
      styleSubcommandTerm: COLORED.cyan,
      styleArgumentTerm: COLORED.cyan,
      // Every command has options; naming them in the list would only make it wider.
      subcommandTerm: (command) =>
        [command.name(), ...command.registeredArguments.map((arg) => argumentTerm(arg))].join(' '),
    })
    .addHelpText(
      'after',
      `
Environment:
  DATABASE_URL         the database, if there is no --url
  DATABASE_AUTH_TOKEN  the token of a database server
  NO_COLOR             print without colors

Run it in the folder of your drizzle-kit config. Exit codes: 0 done, 1 differences found or the
operation failed, 2 wrong command line or, from doctor, no database to look at.`,
    );
  refuseAs('', program);
  for (const [group, commands] of Object.entries(COMMANDS)) {
    program.commandsGroup(group);
    for (const command of commands) {
      const parser = command.parser().copyInheritedSettings(program);
      const name = parser.name();
      refuseAs(name, parser);
      parser.action(() =>
        onCall({ name, command, options: parser.opts(), args: parser.processedArgs }),
      );
      program.addCommand(parser);
    }
  }
  return program;
}

/** Throws what the parser refuses instead of ending the process. */
function refuseAs(name: string, parser: Command): void {
  parser.exitOverride((error) => {
    if (error.exitCode === 0) throw error;
    const [reason = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
    const isUnknown = /^unknown (command|option)/.test(reason);
    const help = `; drizzle-crr ${name === '' ? '' : `${name} `}--help lists them all`;
    throw new UsageError(`${reason}${suggestion ? ` ${suggestion}` : isUnknown ? help : ''}`, name);
  });
}

function outputOf(io: Io) {
  const width = (stream: 'stdout' | 'stderr') => () =>
    Math.min(screenOf(io, stream).columns ?? 100, 100);
  const colors = (stream: 'stdout' | 'stderr') => () => screenOf(io, stream).style === COLORED;
  return {
    writeOut: (text: string) => io.stdout(text),
    writeErr: (text: string) => io.stderr(text),
    // Errors are thrown, and written in one place.
    outputError: () => {},
    getOutHelpWidth: width('stdout'),
    getErrHelpWidth: width('stderr'),
    getOutHasColors: colors('stdout'),
    getErrHasColors: colors('stderr'),
  };
}

const argumentTerm = (argument: Argument) =>
  argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;

import type { CrrError } from '../errors.js';
import { changesCommand } from './changes.js';
import { checkCommand } from './check.js';
import { type Command, EXIT, type Io } from './command.js';
import { generateCommand } from './generate.js';
import { pushCommand } from './push.js';
import { serveCommand } from './serve.js';
import { statusCommand } from './status.js';
import { syncCommand } from './sync.js';
import { packageVersion } from './version.js';

/** The commands, in the order in which help lists them. */
export const commands: readonly Command[] = [
  generateCommand,
  checkCommand,
  pushCommand,
  syncCommand,
  statusCommand,
  changesCommand,
  serveCommand,
];

/** Runs one command line (without node and script) and returns its exit code. */
export async function main(
  args: readonly string[],
  io: Io,
  table: readonly Command[] = commands,
): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const asked = table.find((command) => command.name === rest[0]);
    io.stdout(`${asked?.usage ?? renderHelp(table)}\n`);
    return EXIT.ok;
  }
  if (name === '--version' || name === '-v') {
    io.stdout(`${packageVersion()}\n`);
    return EXIT.ok;
  }
  const command = table.find((known) => known.name === name);
  if (command === undefined) {
    io.stderr(`drizzle-crr: there is no command "${name}"\n\n${renderHelp(table)}\n`);
    return EXIT.usage;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    io.stdout(`${command.usage}\n`);
    return EXIT.ok;
  }
  try {
    return await command.run(rest, io);
  } catch (error) {
    return report(error, command, io);
  }
}

function renderHelp(table: readonly Command[]): string {
  const width = Math.max(0, ...table.map(({ name }) => name.length));
  return [
    'drizzle-crr: conflict-free replicated tables for Drizzle ORM',
    '',
    'Usage: drizzle-crr <command> [options]',
    '',
    ...table.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'drizzle-crr <command> --help tells more of one command.',
  ].join('\n');
}

/** A user's error is a message; anything else is a defect of this package and shows where. */
function report(error: unknown, command: Command, io: Io): number {
  if (isCrrError(error)) {
    io.stderr(`drizzle-crr ${command.name}: ${error.message}\n`);
    return error.code.startsWith('CRR_USAGE') ? EXIT.usage : EXIT.failed;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.stderr(`drizzle-crr ${command.name}: an error that should not happen: ${text}\n`);
  return EXIT.failed;
}

/** The user's schema throws errors of its own copy of this package, so the code tells, not the class. */
function isCrrError(error: unknown): error is CrrError {
  return error instanceof Error && 'code' in error && /^CRR_[A-Z_]+$/.test(String(error.code));
}

import type { DatabaseAddress } from '../../migrate/database.js';
import type { Connected } from '../../migrate/push.js';
import { cliCommand, command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { screenOf } from '../io.js';
import { withDatabaseOptions } from '../options.js';

const parser = () =>
  withDatabaseOptions(
    command('push')
      .summary('change a development database to match the schema, without migrations')
      .description(
        "Runs the project's drizzle-kit push with the bookkeeping hidden from it, then updates clock tables and triggers. Renamed tables and columns keep their clocks. Other sites learn nothing of it: use push for development only.",
      )
      .optionsGroup('Options:')
      .option('--force', 'run statements that lose data without asking')
      .option('--strict', 'always ask before running statements')
      .option('--verbose', 'print all statements'),
  );

export const pushCommand = cliCommand(parser, async (io, options) => {
  const { namedDatabase, opened } = await import('../open-database.js');
  const { push } = await import('../../migrate/push.js');
  const { style } = screenOf(io, 'stdout');
  const named = await namedDatabase(io, options);
  const { project, address } = named;
  io.stdout(`${style.dim(`Pushing to ${address.shown} (from ${address.source}).`)}\n`);
  const config = {
    ...project.config,
    // A driver of drizzle-kit is for a database that is not named by an address.
    driver: undefined,
    dbCredentials: credentialsOf(address),
    ...(address.file === undefined && { dialect: SERVER_DIALECT }),
  };
  const args = (['force', 'strict', 'verbose'] as const).flatMap((name) =>
    options[name] ? [`--${name}`] : [],
  );
  const connected: Connected = (run) => opened(named, ({ connection }) => run(connection));
  await push({ ...project, config }, connected, args, io);
  io.stdout('The database and its CRRs match the schema.\n');
  return EXIT.ok;
});

/**
 * A server is libSQL's. For the dialect sqlite, drizzle-kit 0.31 sends each statement alone, so that foreign keys are on
 * again when it drops a table to rebuild it, and ON DELETE actions delete the rows of others. For this one, the whole
 * push is one transaction with foreign keys off.
 */
const SERVER_DIALECT = 'turso';

/** As drizzle-kit takes them in a config. */
const credentialsOf = ({ url, authToken }: DatabaseAddress) => ({
  url,
  ...(authToken !== undefined && { authToken }),
});

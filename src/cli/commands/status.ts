import { cliCommand, command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { screenOf } from '../io.js';
import { withDatabaseOptions } from '../options.js';
import { renderStatus } from '../render/status.js';

const parser = () =>
  withDatabaseOptions(
    command('status')
      .summary('show the site id, the version, the tables and the peers of a database')
      .description(
        'Shows the site id and db_version of a database, how many changes are pending, rows and tombstones of each CRR, and how far it has exchanged changes with each peer.',
      ),
  );

export const statusCommand = cliCommand(parser, async (io, options) => {
  const { readStatus } = await import('../read-status.js');
  const status = await readStatus(io, options);
  io.stdout(`${renderStatus(status, screenOf(io, 'stdout').style)}\n`);
  return EXIT.ok;
});

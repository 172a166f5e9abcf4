import { cliCommand, command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { screenOf } from '../io.js';
import { withDatabaseOptions } from '../options.js';
import { renderStatus } from '../render/status.js';
import { statusJson } from '../render/status-json.js';

const parser = () =>
  withDatabaseOptions(
    command('status')
      .summary('show the site id, the version, the tables and the peers of a database')
      .description(
        'Shows the site id and db_version of a database, how many changes are pending, rows and tombstones of each CRR, and how far it has exchanged changes with each peer.',
      )
      .optionsGroup('Options:')
      .option('--json', 'print one JSON object'),
  );

export const statusCommand = cliCommand(parser, async (io, options) => {
  const { readStatus } = await import('../read-status.js');
  const status = await readStatus(io, options);
  const { style } = screenOf(io, 'stdout');
  io.stdout(`${options.json ? statusJson(status) : renderStatus(status, style)}\n`);
  return EXIT.ok;
});

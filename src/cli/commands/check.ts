import { cliCommand, command, option } from '../command.js';
import { EXIT } from '../exit-code.js';
import { screenOf } from '../io.js';
import { withDatabaseOptions } from '../options.js';
import { renderDifferences } from '../render/differences.js';

const parser = () =>
  withDatabaseOptions(
    command('check')
      .summary('compare a database, or the migrations, with the schema')
      .description(
        'Lists how the database differs from the schema: triggers that are missing or outdated, columns without clocks, tables that are not CRRs yet, rows that were written without the triggers. Exits with 1 if there is a difference, so that CI fails.',
      )
      .optionsGroup('Options:')
      .addOption(
        option(
          '--offline',
          'compare the migrations folder with the schema instead; needs no database',
        ).conflicts('url'),
      ),
  );

export const checkCommand = cliCommand(parser, async (io, options) => {
  const { compareDatabase, compareFolder } = await import('../compare.js');
  const compared = await (options.offline ? compareFolder : compareDatabase)(io, options);
  for (const warning of compared.warnings) io.stderr(`Warning: ${warning}\n`);
  io.stdout(`${renderDifferences(compared, screenOf(io, 'stdout').style)}\n`);
  return compared.differences.length === 0 ? EXIT.ok : EXIT.failed;
});

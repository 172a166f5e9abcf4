import { checkDatabase, checkFolder } from '../../migrate/check.js';
import { loadProject } from '../../migrate/config.js';
import { projectSchema } from '../../migrate/project-schema.js';
import { cliCommand, command, option } from '../command.js';
import { EXIT } from '../exit-code.js';
import { screenOf } from '../io.js';
import { withDatabase } from '../open-database.js';
import { withDatabaseOptions } from '../options.js';
import { type Compared, renderDifferences } from '../render/differences.js';

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
  const compared: Compared = options.offline
    ? await compareFolder(io.cwd, options)
    : await withDatabase(io, options, async ({ connection, schema }) => ({
        what: 'database',
        differences: await checkDatabase(connection, schema),
        crrs: schema.tables.size,
      }));
  io.stdout(`${renderDifferences(compared, screenOf(io, 'stdout').style)}\n`);
  return compared.differences.length === 0 ? EXIT.ok : EXIT.failed;
});

async function compareFolder(
  cwd: string,
  options: Parameters<typeof loadProject>[1],
): Promise<Compared> {
  const project = await loadProject(cwd, options);
  const schema = projectSchema(project);
  const differences = checkFolder(project.out, schema);
  return { what: 'migrations', differences, crrs: schema.tables.size };
}

import { basename } from 'node:path';
import type { ProjectFlags } from '../../migrate/config.js';
import { cliCommand, command, option } from '../command.js';
import { EXIT } from '../exit-code.js';
import { screenOf } from '../io.js';
import { withProjectOptions } from '../options.js';
import { renderGenerated } from '../render/generated.js';
import { UsageError } from '../usage-error.js';

const PREFIXES = ['index', 'timestamp', 'supabase', 'unix', 'none'] as const;

const parser = () =>
  withProjectOptions(
    command('generate')
      .summary('make a migration with drizzle-kit and add the CRR steps to it')
      .description(
        "Runs the project's drizzle-kit generate and adds to its migration the statements that keep clock tables and triggers in step with the tables. Apply the migration like any other: with drizzle-kit migrate, or with migrate() of Drizzle.",
      )
      .optionsGroup('Options:')
      .option('--name <name>', 'the name of the migration')
      .addOption(option('--prefix <kind>', 'how migrations are numbered').choices(PREFIXES))
      .option('--custom', 'make an empty migration for SQL of your own')
      .option(
        '--repair',
        'make up for migrations that drizzle-kit wrote alone and that a database has run already',
      )
      .addOption(option('--driver <driver>').hideHelp())
      .addOption(option('--breakpoints [boolean]').hideHelp())
      .addHelpText(
        'after',
        '\nIf the schema has not changed, nothing is written and the exit code is 0.\nTo fail in CI if a migration is missing, use drizzle-crr check --offline.',
      ),
  );

export const generateCommand = cliCommand(parser, async (io, options) => {
  const { name, prefix, custom = false, repair = false, breakpoints, ...flags } = options;
  const { CONFIG_FLAGS, loadProject } = await import('../../migrate/config.js');
  const { generate } = await import('../../migrate/generate.js');
  const project = await loadProject(io.cwd, {
    ...flags,
    ...(breakpoints === 'false' && { breakpoints: false }),
  });
  if (project.configFile !== undefined) refuse(project.configFile, CONFIG_FLAGS, flags);
  const result = await generate(project, { name, prefix, custom, repair }, io);
  io.stdout(`${renderGenerated(result, io.cwd, screenOf(io, 'stdout').style)}\n`);
  return EXIT.ok;
});

/** Our own commands let an option override the config; drizzle-kit generate takes one or the other. */
function refuse(
  configFile: string,
  names: readonly (keyof ProjectFlags)[],
  flags: ProjectFlags,
): void {
  const given = names.filter((name) => flags[name] !== undefined).map((name) => `--${name}`);
  if (given.length === 0) return;
  throw new UsageError(
    `${given.join(', ')} cannot be used with the config ${basename(configFile)}: change the config, or pass at least --schema and --dialect and no --config`,
  );
}

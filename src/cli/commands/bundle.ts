import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { cliCommand, command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { withProjectOptions } from '../options.js';

const DEFAULT = 'migrations.ts';

const parser = () =>
  withProjectOptions(
    command('bundle')
      .summary('write the migrations as a module, for browsers')
      .description(
        'Writes all migrations of the folder into one module, whose default export openSharedDatabase() of drizzle-crr/browser takes. Run it after generate.',
      )
      .optionsGroup('Options:')
      .option('--to <file>', 'the .ts, .mts, .js, .mjs or .json file', DEFAULT)
      .option('--check', 'write nothing, and exit with 1 if the file is not up to date'),
  );

export const bundleCommand = cliCommand(parser, async (io, options) => {
  const { to, check = false, ...flags } = options;
  const { bundleProject, requireTriggers, writeBundle } = await import('../../migrate/bundle.js');
  const bundle = await bundleProject(io.cwd, to, flags);
  requireTriggers(bundle);
  const { file, text, count, isCurrent } = bundle;
  const migrations = `${count} ${count === 1 ? 'migration' : 'migrations'}`;
  const shown = relative(io.cwd, file);
  if (isCurrent) {
    io.stdout(`${shown} is up to date: ${migrations}.\n`);
    return EXIT.ok;
  }
  if (check) {
    const command = to === DEFAULT ? 'drizzle-crr bundle' : `drizzle-crr bundle --to ${to}`;
    const state = existsSync(file)
      ? 'is not up to date'
      : 'does not exist (--to names another file)';
    io.stderr(`${shown} ${state}: run ${command}, and commit it.\n`);
    return EXIT.failed;
  }
  writeBundle(file, text);
  io.stdout(`Wrote ${migrations} to ${shown}.\n`);
  return EXIT.ok;
});

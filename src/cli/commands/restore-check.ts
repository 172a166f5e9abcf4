import { bytesToHex } from '../../model/value.js';
import { cliCommand, command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { screenOf } from '../io.js';
import { repeated, withDatabaseOptions } from '../options.js';
import { problemsOf, renderComparison } from '../render/comparison.js';

const parser = () =>
  withDatabaseOptions(
    command('restore-check')
      .summary('look at a database that was restored or copied, and give it a new site id')
      .description(
        'Compares a database that was restored from a backup, or copied, with others that exchanged changes with it: what they know of it and it does not, and whether versions were given twice. --rotate gives it a new site id, which it needs before anything is written to it. Exits with 1 if something was found and the site id was not rotated.',
      )
      .optionsGroup('Options:')
      .option(
        '--against <url>',
        'a database that knows this one: a peer, or the original. Can be given several times',
        repeated,
      )
      .option('--rotate', 'give the database a new site id'),
  );

export const restoreCheckCommand = cliCommand(parser, async (io, options) => {
  const { opened, withCrrs } = await import('../open-database.js');
  const { compareCopies } = await import('../compare-copies.js');
  const { databaseAddress, requireDatabaseFile } = await import('../../migrate/database.js');
  const { withCrr } = await import('../../drizzle/with-crr.js');
  const { style } = screenOf(io, 'stdout');
  return withCrrs(
    io,
    options,
    async ({ db, project, schema }) => {
      const { siteId, version } = await db.$crr.transport.state();
      io.stdout(`Site ${bytesToHex(siteId)} at db_version ${version}\n`);
      let isFound = false;
      for (const url of options.against ?? []) {
        const address = databaseAddress(project, url, io.env);
        requireDatabaseFile(address);
        const found = await opened({ project, schema, address }, ({ plain }) =>
          compareCopies(db, withCrr(plain, { schema: project.exports }), schema),
        );
        io.stdout(`${renderComparison(address.shown, found, style)}\n`);
        if (problemsOf(found).length > 0) isFound = true;
      }
      if (options.rotate) {
        const newId = await db.$crr.rotateSiteId();
        io.stdout(
          `It has the site id ${bytesToHex(newId)} now. Its peers bring back what it has lost.\n`,
        );
        return EXIT.ok;
      }
      if (!isFound) return EXIT.ok;
      io.stdout(
        `Give it a new site id before anything is written to it: ${style.bold('--rotate')}\n`,
      );
      return EXIT.failed;
    },
    { drift: 'refuse' },
  );
});

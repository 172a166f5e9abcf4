import { randomBytes } from 'node:crypto';
import { cliCommand, command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { screenOf } from '../io.js';
import { integer, withDatabaseOptions } from '../options.js';

const parser = () =>
  withDatabaseOptions(
    command('studio')
      .summary('look into a database on a page: tables, feed, conflicts, peers')
      .description(
        'Serves a page on 127.0.0.1 that shows tables and sizes, the change feed as it goes by, why a cell won, what waits or conflicts, and how far peers are. It reads only, and its address has a token.',
      )
      .optionsGroup('Options:')
      .option('--port <port>', 'the port; 0 takes a free one', integer(0, 65_535), 8789),
  );

export const studioCommand = cliCommand(parser, async (io, options) => {
  const { withCrrs } = await import('../open-database.js');
  const { serveUntilStopped } = await import('../node-http.js');
  const { studioHandler } = await import('../studio/handler.js');
  return withCrrs(
    io,
    options,
    async (crrs) => {
      const { style } = screenOf(io, 'stdout');
      const token = randomBytes(16).toString('hex');
      await serveUntilStopped(studioHandler(crrs, token), options.port, (url) =>
        io.stdout(
          `${style.bold(`${url}?token=${token}`)} shows ${crrs.address.shown}. ${style.dim('Ctrl-C stops it.')}\n`,
        ),
      );
      return EXIT.ok;
    },
    { drift: 'allow' },
  );
});

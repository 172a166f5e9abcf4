import { cliCommand, command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { screenOf } from '../io.js';
import { integer, withDatabaseOptions } from '../options.js';

const parser = () =>
  withDatabaseOptions(
    command('serve')
      .summary('serve sync on 127.0.0.1, for development')
      .description(
        'Serves a database to sync clients on this machine until it is interrupted. Everybody on the machine can read and write everything: for anything but development, use createSyncHandler() with authorize.',
      )
      .optionsGroup('Options:')
      .option('--port <port>', 'the port; 0 takes a free one', integer(0, 65_535), 8788),
  );

export const serveCommand = cliCommand(parser, async (io, options) => {
  const { withCrrs } = await import('../open-database.js');
  const { createSyncHandler } = await import('../../sync/server/handler.js');
  const { serveUntilStopped } = await import('../node-http.js');
  return withCrrs(
    io,
    options,
    async ({ db, address }) => {
      const { style } = screenOf(io, 'stdout');
      const onError = (error: unknown) => io.stderr(`${String(error)}\n`);
      const handler = createSyncHandler({ db, public: true, onError });
      await serveUntilStopped(handler, options.port, (url) =>
        io.stdout(
          `Sync server at ${style.bold(url)} for ${address.shown}. ${style.dim('Ctrl-C stops it.')}\n`,
        ),
      );
      return EXIT.ok;
    },
    { drift: 'refuse' },
  );
});

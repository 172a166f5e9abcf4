import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { createSyncHandler } from '../sync/server/handler.js';
import type { Command } from './command.js';
import { listen } from './node-http.js';
import { DATABASE_OPTIONS, DATABASE_USAGE, openDatabase, usage } from './open-database.js';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'serve sync on 127.0.0.1, for development',
  usage: `Usage: drizzle-crr serve [options]

Everybody on this machine may read and write everything. For anything else use createSyncHandler with authorize.

${DATABASE_USAGE}
  --port <n>         default 8788; 0 takes a free one`,
  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: { ...DATABASE_OPTIONS, port: { type: 'string', default: '8788' } },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw usage('--port must be a port');
    const { db, close } = await openDatabase(values, io);
    const onError = (error: unknown) => io.stderr(`${String(error)}\n`);
    const server = await listen(createSyncHandler({ db, public: true, onError }), port);
    io.stdout(`serving sync at http://127.0.0.1:${(server.address() as AddressInfo).port}/\n`);
    await new Promise<void>((resolve) => {
      server.once('close', resolve);
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => {
          server.closeAllConnections();
          server.close();
        });
      }
    });
    close();
    return 0;
  },
};

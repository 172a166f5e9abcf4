/** Runs on a page: the Turso engine, whose files are in a worker of its own. */
import { connect } from '@tursodatabase/database-wasm';
import { drizzle } from 'drizzle-orm/tursodatabase/wasm';
import { turso } from '../../../src/engines/turso.js';
import { expose } from './expose.js';

expose(async () => ({
  async open(name) {
    const client = await connect(name);
    return {
      adapter: turso,
      client,
      drizzle: (client) => drizzle({ client }),
      close: () => client.close(),
    };
  },
  async remove(name) {
    const root = await navigator.storage.getDirectory();
    for (const file of [name, `${name}-wal`]) await root.removeEntry(file);
  },
}));

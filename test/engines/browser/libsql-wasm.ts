/** Runs in a worker: libSQL by @libsql/client-wasm, whose files are in memory. */
import { createClient } from '@libsql/client-wasm';
import { drizzle } from 'drizzle-orm/libsql/wasm';
import { libsql } from '../../../src/engines/libsql.js';
import { expose } from './expose.js';

expose(async () => ({
  async open(name) {
    const client = createClient({ url: `file:${name}` });
    return {
      adapter: libsql,
      client,
      drizzle: (client) => drizzle({ client }),
      close: async () => client.close(),
    };
  },
  async remove() {},
}));

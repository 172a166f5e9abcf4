/**
 * Runs in workerd: the scenarios by @libsql/client/web on a server. The first site of a scenario is there, the
 * others are databases of sql.js.
 */
import { createClient } from '@libsql/client/web';
import { drizzle } from 'drizzle-orm/libsql/web';
import { libsql } from '../../../src/engines/libsql.js';
import { transcriptOf } from './print.js';
import { loadSqlJs } from './sql-js-worker.js';

export default {
  /** The path is a scenario's name; `?server=` is the address of an empty database. */
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const inMemory = await loadSqlJs();
    let opened = 0;
    const transcript = await transcriptOf(decodeURIComponent(pathname.slice(1)), async () =>
      opened++ === 0
        ? {
            adapter: libsql,
            client: createClient({ url: searchParams.get('server')! }),
            drizzle: (client) => drizzle({ client }),
          }
        : inMemory(),
    );
    return Response.json(transcript);
  },
};

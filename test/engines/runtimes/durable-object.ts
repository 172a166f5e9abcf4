/**
 * Runs in workerd: the scenarios on SQLite in Durable Objects. An object has a single database, so only the
 * first site of a scenario is there, and the others are databases of sql.js.
 */
import { DurableObject } from 'cloudflare:workers';
import { drizzle } from 'drizzle-orm/durable-sqlite';
import { durableObject } from '../../../src/engines/durable-object.js';
import { transcriptOf } from './print.js';
import { loadSqlJs } from './sql-js-worker.js';

export class Sites extends DurableObject {
  async fetch(request: Request): Promise<Response> {
    const inMemory = await loadSqlJs();
    let opened = 0;
    const scenario = decodeURIComponent(new URL(request.url).pathname.slice(1));
    const { storage } = this.ctx;
    const transcript = await transcriptOf(scenario, async () =>
      opened++ === 0
        ? { adapter: durableObject, client: storage, drizzle: (client) => drizzle(client as never) }
        : inMemory(),
    );
    return Response.json(transcript);
  }
}

interface Env {
  readonly SITES: {
    idFromName(name: string): unknown;
    get(id: unknown): { fetch(request: Request): Promise<Response> };
  };
}

export default {
  /** The path is a scenario's name; each has an object of its own. */
  fetch(request: Request, env: Env): Promise<Response> {
    return env.SITES.get(env.SITES.idFromName(request.url)).fetch(request);
  },
};

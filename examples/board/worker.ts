/** The server: a Cloudflare Worker in front of a Turso database, as in examples/turso-edge. All users share the boards. */
import { createClient } from '@libsql/client/web';
import { withCrr } from 'drizzle-crr';
import { createSyncHandler, type SyncHandler } from 'drizzle-crr/sync';
import { drizzle } from 'drizzle-orm/libsql/web';
import * as schema from './schema.js';

interface Env {
  readonly TURSO_URL: string;
  /** Users by token, as JSON. A real application asks its identity provider here. */
  readonly USERS: string;
}

let handler: SyncHandler | undefined;

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    handler ??= handlerFor(env);
    return handler(request);
  },
};

function handlerFor({ TURSO_URL, USERS }: Env): SyncHandler {
  const users = JSON.parse(USERS) as Record<string, string>;
  return createSyncHandler({
    db: withCrr(drizzle(createClient({ url: TURSO_URL })), { schema }),
    authorize(request) {
      const user = users[request.headers.get('authorization')?.replace('Bearer ', '') ?? ''];
      return user === undefined ? null : { id: user, presence: 'everybody' };
    },
    onError: (error) => console.error(error),
  });
}

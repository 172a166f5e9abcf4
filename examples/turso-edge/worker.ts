/**
 * A Cloudflare Worker in front of a Turso database. Every user syncs their own todos through it.
 * Deploy it with `npx wrangler deploy`, after `npx wrangler secret put TURSO_AUTH_TOKEN`.
 */
import { createClient } from '@libsql/client/web';
import { withCrr } from 'drizzle-crr';
import { createSyncHandler, type SyncHandler } from 'drizzle-crr/sync';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql/web';
import { Hono } from 'hono';
import * as schema from './schema.js';

interface Env {
  /** libsql://….turso.io, or the address of an sqld in development. */
  readonly TURSO_URL: string;
  readonly TURSO_AUTH_TOKEN?: string;
  /** Users by token, as JSON. A real application asks its identity provider here. */
  readonly USERS: string;
}

const app = new Hono<{ Bindings: Env }>();
let handler: SyncHandler | undefined;

app.get('/', (c) => c.text('drizzle-crr at the edge; sync at /sync'));
app.all('/sync', (c) => {
  handler ??= handlerFor(c.env);
  return handler(c.req.raw);
});

function handlerFor(env: Env): SyncHandler {
  const authToken = env.TURSO_AUTH_TOKEN;
  const client = createClient({ url: env.TURSO_URL, ...(authToken && { authToken }) });
  const db = withCrr(drizzle(client), { schema });
  const users = JSON.parse(env.USERS) as Record<string, string>;
  return createSyncHandler({
    db,
    authorize(request) {
      const user = users[request.headers.get('authorization')?.replace('Bearer ', '') ?? ''];
      if (user === undefined) return null;
      return { id: user, tables: { todos: { where: eq(schema.todos.owner, user) } } };
    },
    onError: (error) => console.error(error),
  });
}

export default app;

import type { DriftCheck } from '../database/drift.js';

/** The members of a Drizzle session and its prepared queries that are used here; structural, as elsewhere. */
interface Session {
  readonly client: object;
  prepareQuery(query: { readonly sql: string }, ...rest: unknown[]): PreparedQuery;
}
type Run = (placeholderValues?: unknown) => Promise<unknown>;
interface PreparedQuery {
  run: Run;
  all: Run;
  get: Run;
  values: Run;
}

/** Reads and DDL do not need triggers: reads cost no further round trip, and migrations can run. */
const WRITE = /^\s*(insert|update|delete|replace|with)\b/i;

/**
 * The same session on the engine's client, which waits for a busy database. A statement that may write to a
 * CRR waits for the drift check, too; once the check has passed, queries are Drizzle's own again.
 */
export function checkedSession(session: object, client: object, drift: DriftCheck): object {
  const original = Object.create(session, { client: { value: client } }) as Session;
  const names = [...drift.schema.tables.keys()].map((name) => name.toLowerCase());
  const mayWrite = (sql: string) => {
    if (!WRITE.test(sql)) return false;
    const text = sql.toLowerCase();
    return names.some((name) => text.includes(name));
  };
  const prepareQuery = (query: { readonly sql: string }, ...rest: unknown[]) => {
    const prepared = original.prepareQuery(query, ...rest);
    return !drift.isDone && mayWrite(query.sql) ? checked(prepared, drift) : prepared;
  };
  return Object.create(original, { prepareQuery: { value: prepareQuery } });
}

function checked(prepared: PreparedQuery, drift: DriftCheck): PreparedQuery {
  const after =
    (method: 'run' | 'all' | 'get' | 'values'): Run =>
    async (placeholderValues) => {
      await drift.pass();
      return prepared[method](placeholderValues);
    };
  return Object.create(prepared, {
    run: { value: after('run') },
    all: { value: after('all') },
    get: { value: after('get') },
    values: { value: after('values') },
  });
}

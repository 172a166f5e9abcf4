import type { DriftCheck } from '../database/drift.js';
import type { Engine } from '../engines/engine.js';

/** The members of a Drizzle session and its prepared queries that are used here; structural, as elsewhere. */
interface Session {
  readonly client: object;
  prepareQuery(query: { readonly sql: string }, ...rest: unknown[]): PreparedQuery;
}
/** On a synchronous engine it returns the result, otherwise a promise of it. */
type Run = (placeholderValues?: unknown) => unknown;
type PreparedQuery = Record<(typeof METHODS)[number], Run>;
const METHODS = ['run', 'all', 'get', 'values'] as const;

/** Reads and DDL do not need triggers: reads cost no further round trip, and migrations can run. */
const WRITE = /^\s*(insert|update|delete|replace|with)\b/i;

const BEGIN = /^\s*begin\b/i;
const END = /^\s*(commit|end|rollback(?!\s+to))\b/i;

/**
 * The same session on the engine's client, which waits for a busy database. A statement that may write to a
 * CRR waits for the drift check, too; once the check has passed, queries are Drizzle's own again. On an engine
 * with one connection every query takes its turn.
 */
export function checkedSession(session: object, engine: Engine, drift: DriftCheck): object {
  const original = Object.create(session, { client: { value: engine.client } }) as Session;
  const names = [...drift.schema.tables.keys()].map((name) => name.toLowerCase());
  // In a transaction by hand, as Drizzle's migrators begin one on engines that answer at once, the check would
  // need one of its own, and look at a schema half-way. It comes before the first write after it.
  let isByHand = false;
  const mayWrite = (sql: string) => {
    if (BEGIN.test(sql)) isByHand = true;
    else if (END.test(sql)) isByHand = false;
    if (isByHand || drift.isDone || !WRITE.test(sql)) return false;
    const text = sql.toLowerCase();
    return names.some((name) => text.includes(name));
  };
  const prepareQuery = (query: { readonly sql: string }, ...rest: unknown[]) => {
    const prepared = original.prepareQuery(query, ...rest);
    if (engine.kind === 'sync') {
      return mayWrite(query.sql) ? checkedNow(prepared, () => drift.passNow(engine)) : prepared;
    }
    const { exclusively } = engine;
    if (exclusively !== undefined) {
      return inTurn(prepared, exclusively, async () => {
        if (mayWrite(query.sql)) await drift.pass();
      });
    }
    return mayWrite(query.sql) ? checked(prepared, drift) : prepared;
  };
  return Object.create(original, { prepareQuery: { value: prepareQuery } });
}

function checked(prepared: PreparedQuery, drift: DriftCheck): PreparedQuery {
  return wrapped(prepared, (run) => async (values) => {
    await drift.pass();
    return run(values);
  });
}

function checkedNow(prepared: PreparedQuery, check: () => void): PreparedQuery {
  return wrapped(prepared, (run) => (values) => {
    check();
    return run(values);
  });
}

function inTurn(
  prepared: PreparedQuery,
  exclusively: <T>(run: () => Promise<T>) => Promise<T>,
  check: () => Promise<void>,
): PreparedQuery {
  return wrapped(prepared, (run) => async (values) => {
    await check();
    return exclusively(async () => run(values));
  });
}

/** A prepared query's methods call each other on the original, so that none is wrapped twice. */
function wrapped(prepared: PreparedQuery, wrap: (run: Run) => Run): PreparedQuery {
  const methods = METHODS.map((method) => [
    method,
    { value: wrap((values) => prepared[method](values)) },
  ]);
  return Object.create(prepared, Object.fromEntries(methods));
}

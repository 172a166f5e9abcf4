import { explained, explainedNow } from '../database/database-errors.js';
import type { DriftCheck } from '../database/drift.js';
import type { Engine } from '../engines/engine.js';
import type { WriteListeners, Written } from '../live/writes.js';
import { readsOnly } from '../sql/reads-only.js';
import { PRUNED } from '../tables/log/as-of.js';

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

/** They write nothing that a query reads. */
const PRAGMA = /^\s*(pragma|explain)\b/i;
const DDL = /^\s*(create|alter|drop)\b/i;

/**
 * The same session on the engine's client, which waits for a busy database. A statement that may write to a
 * CRR waits for the drift check, too, until that has passed. On an engine with one connection every query takes its
 * turn. Whoever listens is told of what was written.
 */
export function checkedSession(
  session: object,
  { engine, drift, writes }: { engine: Engine; drift: DriftCheck; writes: WriteListeners },
): object {
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
    const { sql } = query;
    const prepared = original.prepareQuery(query, ...rest);
    const isChecked = mayWrite(sql);
    // It fails if its moment is not known any more, and the driver's error would have all of its text.
    const isPast = sql.includes(PRUNED);
    // What is written in a transaction counts when it ends.
    const written =
      isByHand || readsOnly(sql) || PRAGMA.test(sql) ? undefined : writtenBy(sql, rest);
    const note = written && (() => writes.emit(written));
    if (engine.kind === 'sync') {
      if (!isChecked && !note && !isPast) return prepared;
      return wrapped(prepared, (run) => (values) => {
        if (isChecked) drift.passNow(engine);
        const result = isPast ? explainedNow(() => run(values)) : run(values);
        note?.();
        return result;
      });
    }
    const { exclusively = (run) => run() } = engine;
    if (!isChecked && !note && !isPast && engine.exclusively === undefined) return prepared;
    return wrapped(prepared, (run) => async (values) => {
      if (isChecked) await drift.pass();
      const result = await explainedIf(isPast, () => exclusively(async () => run(values)));
      note?.();
      return result;
    });
  };
  return Object.create(original, { prepareQuery: { value: prepareQuery } });
}

const explainedIf = <T>(isPast: boolean, run: () => Promise<T>): Promise<T> =>
  isPast ? (explained(run) as Promise<T>) : run();

/** Drizzle's builders hand on the tables that they write to; statements of text have none. */
function writtenBy(sql: string, parameters: readonly unknown[]): Written {
  const metadata = parameters.find(
    (one): one is { readonly tables: Tables | (() => Tables) } =>
      typeof one === 'object' && one !== null && 'type' in one && 'tables' in one,
  );
  const { tables } = metadata ?? {};
  return {
    tables: typeof tables === 'function' ? tables() : tables,
    isSchemaChange: DDL.test(sql),
  };
}
type Tables = readonly string[];

/** A prepared query's methods call each other on the original, so that none is wrapped twice. */
function wrapped(prepared: PreparedQuery, wrap: (run: Run) => Run): PreparedQuery {
  const methods = METHODS.map((method) => [
    method,
    { value: wrap((values) => prepared[method](values)) },
  ]);
  return Object.create(prepared, Object.fromEntries(methods));
}

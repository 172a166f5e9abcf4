import { entityKind } from 'drizzle-orm';
import type { Engine, EngineOptions } from '../engines/engine.js';
import { ENGINES } from '../engines/registry.js';
import { CrrUsageError } from '../errors.js';

/**
 * The engine below a Drizzle database, recognised by the database's class: sessions are not reliable,
 * since some drivers of Drizzle 1.0 share the name of another's session.
 *
 * @throws {CrrUsageError} CRR_USAGE_DRIVER if there is none, or the database has no client.
 */
export function engineOf(db: unknown, options: EngineOptions = {}): Engine {
  const classes = classNames(db);
  refuseOthers(db, classes);
  const adapter = classes
    .map((found) => ENGINES.find(({ databaseClasses }) => databaseClasses.includes(found)))
    .find((one) => one !== undefined);
  const engine = adapter?.connect(clientOf(db), options);
  if (engine !== undefined) return engine;
  if (adapter !== undefined) {
    throw new CrrUsageError(
      'CRR_USAGE_DRIVER',
      `withCrr() was given a ${classes[0]} whose client is not of ${adapter.name}: make it by ${adapter.madeBy}`,
    );
  }
  const found = classes[0] ?? (typeof db === 'object' && db !== null ? 'an object' : typeof db);
  const names = ENGINES.map(({ name }) => name).join(', ');
  throw new CrrUsageError(
    'CRR_USAGE_DRIVER',
    `withCrr() was given ${found}; it takes a Drizzle database on one of: ${names}. For others, see docs/engines.md`,
  );
}

/** What is not a SQLite database of Drizzle, but close to one. */
function refuseOthers(db: unknown, classes: readonly string[]): void {
  const refuse = (reason: string) => {
    throw new CrrUsageError('CRR_USAGE_DRIVER', `withCrr() was given ${reason}`);
  };
  if (typeof db === 'object' && db !== null && '~withCrr' in db) {
    refuse('a database that it returned: call it once, and pass that database on');
  }
  if (classes.some((name) => NOT_SQLITE.test(name))) {
    refuse(`a ${classes[0]}, and CRRs are replicated on SQLite only`);
  }
  const members = (db ?? {}) as Readonly<Record<string, unknown>>;
  if (classes.length === 0 && CLIENT_METHODS.some((name) => typeof members[name] === 'function')) {
    refuse(
      "a database client: make a Drizzle database of it first, withCrr(drizzle({ client }), { schema }), with the drizzle() of the client's own module",
    );
  }
}

/** Drizzle's databases of other systems are all of a class with such a name. */
const NOT_SQLITE = /^(Pg|MySql|SingleStore|Gel|MsSql|Cockroach|DuckDb)/i;

/** One of them is a method of the client of each engine. */
const CLIENT_METHODS = ['execute', 'exec', 'prepare', 'prepareSync', 'query', 'run'];

/** Some drivers give their database no $client. Its session has it then. */
function clientOf(db: unknown): unknown {
  const { $client, session } = db as { $client?: unknown; session?: { client?: unknown } };
  return $client ?? session?.client;
}

/** Drizzle's names of an object's class and its parents, the most special first. */
function classNames(db: unknown): string[] {
  const names: string[] = [];
  for (let proto: unknown = db; typeof proto === 'object' && proto !== null; ) {
    proto = Object.getPrototypeOf(proto);
    const { constructor: made } = (proto ?? {}) as { constructor?: { [entityKind]?: string } };
    const name = made !== undefined && Object.hasOwn(made, entityKind) && made[entityKind];
    if (name && !names.includes(name)) names.push(name);
  }
  return names;
}

import { entityKind } from 'drizzle-orm';
import type { AsyncEngine, EngineOptions } from '../engines/engine.js';
import { ENGINES } from '../engines/registry.js';
import { CrrUsageError } from '../errors.js';

/**
 * The engine below a Drizzle database, recognised by the database's class: sessions are not reliable,
 * since some drivers of Drizzle 1.0 share the name of another's session.
 *
 * @throws {CrrUsageError} CRR_USAGE_DRIVER if there is none, or the database has no client.
 */
export function engineOf(db: unknown, options: EngineOptions = {}): AsyncEngine {
  const classes = classNames(db);
  const adapter = ENGINES.find(({ databaseClasses }) =>
    databaseClasses.some((name) => classes.includes(name)),
  );
  const engine = adapter?.connect((db as { $client?: unknown }).$client, options);
  if (engine !== undefined) return engine;
  const found = classes[0] ?? (typeof db === 'object' && db !== null ? 'an object' : typeof db);
  const problem = adapter === undefined ? found : `${found} whose $client is not of ${adapter.name}`;
  const expected = ENGINES.map(({ name, madeBy }) => `a database on ${name}, made by ${madeBy}`);
  throw new CrrUsageError(
    'CRR_USAGE_DRIVER',
    `withCrr() was given ${problem}; it takes ${expected.join(', or ')}`,
  );
}

/** Drizzle's names of an object's class and its parents, the most special first. */
function classNames(db: unknown): string[] {
  const names: string[] = [];
  for (let proto: unknown = db; typeof proto === 'object' && proto !== null; ) {
    proto = Object.getPrototypeOf(proto);
    const { constructor } = (proto ?? {}) as { constructor?: { [entityKind]?: string } };
    const name = constructor !== undefined && Object.hasOwn(constructor, entityKind) && constructor[entityKind];
    if (name && !names.includes(name)) names.push(name);
  }
  return names;
}

import { CrrUsageError } from '../errors.js';
import type { ColumnKind } from '../model/table-spec.js';

/*
 * The declaration of a column is kept on its builder under a registered symbol: drizzle-kit loads a
 * schema as CommonJS while an application may load it as an ES module, so two copies of this module must
 * recognize each other's marks. A builder shares its `config` with the column that is made from it, and
 * `.notNull()` and the like keep it. Nothing of Drizzle is needed for that.
 */
const KIND = Symbol.for('drizzle-crr:column-kind');

interface Configured {
  readonly config: { [KIND]?: ColumnKind };
}

/**
 * Marks a column builder.
 *
 * @param what the function that was called, for the message.
 * @throws {CrrUsageError} if it is not a column builder.
 */
export function markKind<T extends object>(builder: T, kind: ColumnKind, what: string): T {
  const { config } = (builder ?? {}) as Partial<Configured>;
  if (typeof config !== 'object') {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `${what} takes a column of drizzle-orm/sqlite-core, such as ${what.replace('()', '')}(text('status'))`,
    );
  }
  Object.defineProperty(config, KIND, { value: kind, configurable: true });
  return builder;
}

/** The kind declared for a column; undefined if nothing was declared. */
export function kindOf(column: object): ColumnKind | undefined {
  return (column as Configured).config[KIND];
}

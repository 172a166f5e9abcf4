import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import { list, statementText } from '../sql/layout.js';
import { trigger } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';
import { type TriggerSql, triggerSql } from './trigger.js';

const EVENT = 'names';

/**
 * A trigger that never fires and shows what became of names while all others are dropped. SQLite renames a column
 * in its text. A column can still be dropped: its name is then that of a column of the query around it.
 */
export function nameWitness(spec: TableSpec): TriggerSql {
  const names = namesOf(spec).map(quoteName);
  const table = quoteName(spec.name);
  return triggerSql(spec, EVENT, {
    comment: 'shows what is renamed',
    on: `AFTER INSERT ON ${table}`,
    when: ['false'],
    body: [
      statementText`
        SELECT
          ${list(names.map((name) => `(SELECT ${name} FROM ${table})`))}
        FROM (SELECT ${names.map((name) => `NULL AS ${name}`).join(', ')})`,
    ],
  });
}

/** New names of columns by their old ones; undefined if there is no such trigger. */
export function witnessedNames(
  spec: TableSpec,
  triggers: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> | undefined {
  const text = triggers.get(trigger(spec.name, EVENT));
  if (text === undefined) return undefined;
  const body = text.slice(text.indexOf('\nBEGIN '));
  const found = [...body.matchAll(/\(SELECT "((?:[^"]|"")+)" FROM "(?:[^"]|"")+"\)/g)];
  const present = found.map(([, name]) => name!.replaceAll('""', '"'));
  return new Map(
    namesOf(spec).flatMap((name, i) => {
      const now = present[i];
      return now === undefined || now === name ? [] : [[name, now] as const];
    }),
  );
}

const namesOf = (spec: TableSpec) =>
  [...spec.key, ...replicatedColumns(spec)].map(({ name }) => name);

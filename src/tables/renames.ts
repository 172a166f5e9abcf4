import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import { trigger } from '../sql/names.js';
import { witnessedNames } from './name-witness.js';

const UPDATE_OF = /\bUPDATE OF ((?:"(?:[^"]|"")+"(?:, )?)+) ON /;

/**
 * New names of columns by their old ones. SQLite renames a column in the texts of triggers, and the names of our
 * triggers keep the old one.
 *
 * @param spec what the CRR was made from.
 * @param triggers texts by name.
 */
export function renamedColumns(
  spec: TableSpec,
  triggers: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const witnessed = witnessedNames(spec, triggers);
  if (witnessed !== undefined) return witnessed;
  const renamed = new Map<string, string>();
  const compare = (event: string, names: readonly string[]) => {
    const present = columnsOf(triggers.get(trigger(spec.name, event)));
    for (const [i, name] of names.entries()) {
      const now = present[i];
      if (now !== undefined && now !== name) renamed.set(name, now);
    }
  };
  for (const { name } of replicatedColumns(spec)) compare(`update_${name}`, [name]);
  const keyEvent = spec.rows === 'growOnly' ? 'refuse_key' : 'key';
  compare(
    keyEvent,
    spec.key.map(({ name }) => name),
  );
  return renamed;
}

/** Columns of which nothing shows any more whether they were renamed or dropped. */
export function columnsWithoutTrigger(
  spec: TableSpec,
  triggers: ReadonlyMap<string, string>,
): string[] {
  if (witnessedNames(spec, triggers) !== undefined) return [];
  return replicatedColumns(spec)
    .map(({ name }) => name)
    .filter((name) => !triggers.has(trigger(spec.name, `update_${name}`)));
}

/** The columns of an `AFTER UPDATE OF`. */
function columnsOf(text: string | undefined): string[] {
  const list = UPDATE_OF.exec(text ?? '')?.[1] ?? '';
  return [...list.matchAll(/"((?:[^"]|"")+)"/g)].map(([, name]) => name!.replaceAll('""', '"'));
}

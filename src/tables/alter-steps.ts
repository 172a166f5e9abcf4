import { typeOf } from '../columns/registry.js';
import { type ColumnKind, replicatedColumns } from '../model/table-spec.js';
import type { Alteration, AlterStep } from './module.js';

/** The steps of the alteration. A column that changes its type is neither added nor dropped. */
export function alterSteps(
  { table, actual, to }: Alteration,
  renamed: ReadonlyMap<string, string>,
): AlterStep[] {
  const steps: AlterStep[] = [];
  if (table !== to.name) steps.push({ step: 'rename table', from: table, to: to.name });
  for (const { name } of actual.clock!.key) {
    const after = renamed.get(name);
    if (after !== undefined) steps.push({ step: 'rename key', from: name, to: after });
  }
  const wanted = new Set(replicatedColumns(to).map(({ name }) => name));
  const stays = (name: string) => wanted.has(renamed.get(name) ?? name);
  const moving = [...actual.columns].flatMap(([from, kind]) => {
    const after = renamed.get(from);
    return after !== undefined && stays(from) ? [{ from, to: after, kind }] : [];
  });
  steps.push(...inOrder(moving).map((column) => ({ step: 'rename column' as const, ...column })));
  const dropped = [...actual.columns].flatMap(([name, kind]) =>
    stays(name) ? [] : [{ name, kind }],
  );
  if (dropped.length > 0) {
    const remaining = [...actual.columns].flatMap(([name, kind]) =>
      stays(name) && typeOf({ kind }).storage === 'clock' ? [renamed.get(name) ?? name] : [],
    );
    steps.push({ step: 'drop columns', columns: dropped, remaining });
  }
  const present = new Set([...actual.columns.keys()].map((name) => renamed.get(name) ?? name));
  for (const column of replicatedColumns(to)) {
    if (!present.has(column.name)) steps.push({ step: 'add column', column });
  }
  // Pending changes under a name that has just changed move to the new name.
  if (table !== to.name || dropped.length > 0 || renamed.size > 0) {
    steps.push({ step: 'names changed' });
  }
  return steps;
}

interface Renaming {
  readonly from: string;
  readonly to: string;
  readonly kind: ColumnKind;
}

/** Renames in an order in which every name is free; columns that swap names pass through one of their own. */
function inOrder(renames: readonly Renaming[]): Renaming[] {
  const taken = new Set(renames.map(({ from }) => from));
  const free = renames.find(({ to }) => !taken.has(to));
  const next = free ?? renames[0];
  if (next === undefined) return [];
  const rest = renames.filter((other) => other !== next);
  if (free !== undefined) return [next, ...inOrder(rest)];
  const between = `${next.from}\u0001`;
  return [{ ...next, to: between }, ...inOrder([...rest, { ...next, from: between }])];
}

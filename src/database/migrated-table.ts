import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import { unknownColumns } from './present-schema.js';

/** A column of a base table, as SQLite lists it. */
export interface FoundColumn {
  readonly name: string;
  readonly type: string;
  readonly isKey: boolean;
  readonly default: string | undefined;
  readonly notNull: boolean;
}

/** Whether a base table is that of the recorded spec, and no longer that of a process's own, older one. */
export function isMigrated(
  own: TableSpec,
  recorded: TableSpec,
  columns: readonly FoundColumn[],
): boolean {
  const base = new Map(columns.map((column) => [column.name, column]));
  if (!namesOf(recorded).every((name) => base.has(name))) return false;
  const lacksColumns = !namesOf(own).every((name) => base.has(name));
  if (lacksColumns || unknownColumns(own, recorded).size > 0) return true;
  const before = new Map(replicatedColumns(own).map((column) => [column.name, column]));
  return replicatedColumns(recorded).some((column) => {
    const present = factsOf(base.get(column.name)!);
    const was = before.get(column.name)!;
    const [then, now] = [was, column].map((one) => factsOf({ ...one, type: one.sqlType }));
    return present.some((fact, i) => fact === now![i] && fact !== then![i]);
  });
}

const factsOf = (column: Omit<FoundColumn, 'name' | 'isKey'>) => [
  column.type.toLowerCase(),
  column.default,
  column.notNull,
];

const namesOf = (spec: TableSpec) =>
  [...spec.key, ...replicatedColumns(spec)].map(({ name }) => name);

/** What the base tables must show, as a plain function of the merged rows: a second, independent form of the rule. */
import { referencesOf, type UniqueSpec, uniquesOf } from '../../src/model/constraints.js';
import type { TableSpec } from '../../src/model/table-spec.js';

export type Row = Readonly<Record<string, unknown>>;
export type Rows = ReadonlyMap<string, readonly Row[]>;

export const keyOf = (spec: TableSpec, row: Row) =>
  JSON.stringify(spec.key.map(({ name }) => row[name]));

/** What is shown, by table: each row with the values that the base table shows. */
export function shownRows(specs: readonly TableSpec[], merged: Rows): Map<string, Row[]> {
  const present = new Map(
    specs.map((spec) => [
      spec.name,
      new Map((merged.get(spec.name) ?? []).map((row) => [keyOf(spec, row), row])),
    ]),
  );
  leaveWithParents(specs, present);
  const survivors = new Map([...present].map(([name, rows]) => [name, [...rows.values()]]));
  const masks = new Map<Row, Set<string>>();
  for (const spec of specs) claim(spec, present.get(spec.name)!, survivors.get(spec.name)!, masks);
  leaveWithParents(specs, present);
  return new Map(
    specs.map((spec) => [
      spec.name,
      [...present.get(spec.name)!.values()].map((row) => {
        const shown: Record<string, unknown> = { ...row };
        for (const name of masks.get(row) ?? []) {
          shown[name] = isSuffixed(spec, name) ? withKey(spec, row, name) : null;
        }
        for (const reference of referencesOf(spec)) {
          if (reference.hides === 'row' || hasParent(reference, row, present)) continue;
          for (const name of reference.columns) shown[name] = null;
        }
        return shown;
      }),
    ]),
  );
}

type Present = ReadonlyMap<string, Map<string, Row>>;

function leaveWithParents(specs: readonly TableSpec[], present: Present): void {
  for (let moved = true; moved; ) {
    moved = false;
    for (const spec of specs) {
      const rows = present.get(spec.name)!;
      for (const [key, row] of rows) {
        const isOrphan = referencesOf(spec).some(
          (reference) => reference.hides === 'row' && !hasParent(reference, row, present),
        );
        if (isOrphan) moved = rows.delete(key);
      }
    }
  }
}

function hasParent(
  { columns, parent }: { readonly columns: readonly string[]; readonly parent: string },
  row: Row,
  present: Present,
): boolean {
  const values = columns.map((name) => row[name]);
  return values.includes(null) || present.get(parent)!.has(JSON.stringify(values));
}

function claim(
  spec: TableSpec,
  rows: Map<string, Row>,
  survivors: readonly Row[],
  masks: Map<Row, Set<string>>,
): void {
  const uniques = uniquesOf(spec);
  const claims = uniques.map(() => new Set<string>());
  for (const row of [...rows.values()].sort((a, b) => compareKeys(spec, a, b))) {
    const lost = uniques.filter((unique, n) => claims[n]!.has(tuple(unique, row)));
    const isParked = lost.some(
      ({ loser }) =>
        loser.shows === 'nothing' ||
        (loser.shows === 'suffix' && isTaken(spec, row, loser.column, survivors)),
    );
    if (isParked) {
      rows.delete(keyOf(spec, row));
      continue;
    }
    uniques.forEach((unique, n) => {
      const isNull = unique.columns.some((name) => row[name] === null);
      if (!lost.includes(unique) && !isNull) claims[n]!.add(tuple(unique, row));
    });
    const columns = lost.flatMap(({ loser }) => (loser.shows === 'nothing' ? [] : [loser.column]));
    if (columns.length > 0) masks.set(row, new Set(columns));
  }
}

function isTaken(spec: TableSpec, row: Row, column: string, survivors: readonly Row[]): boolean {
  const shown = { ...row, [column]: withKey(spec, row, column) };
  return uniquesOf(spec).some(
    (unique) =>
      unique.columns.includes(column) &&
      survivors.some((other) => other !== row && tuple(unique, other) === tuple(unique, shown)),
  );
}

const tuple = ({ columns }: UniqueSpec, row: Row) =>
  JSON.stringify(columns.map((name) => row[name]));

const isSuffixed = (spec: TableSpec, column: string) =>
  uniquesOf(spec).some(({ loser }) => loser.shows === 'suffix' && loser.column === column);

const withKey = (spec: TableSpec, row: Row, column: string) =>
  [
    row[column],
    ...spec.key.map(({ name }) => String(row[name]).replaceAll('%', '%25').replaceAll('~', '%7E')),
  ].join('~');

function compareKeys(spec: TableSpec, a: Row, b: Row): number {
  for (const { name } of spec.key) {
    const [x, y] = [a[name] as string, b[name] as string];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

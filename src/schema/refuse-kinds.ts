import {
  affinityOf,
  type ColumnKind,
  type ColumnSpec,
  type ReplicatedColumnSpec,
} from '../model/table-spec.js';
import type { Refuse } from './read-spec.js';

/** Refuses columns whose declaration does not fit how they are to merge. */
export function refuseKinds(
  columns: readonly ReplicatedColumnSpec[],
  kinds: Readonly<Record<string, ColumnKind>>,
  key: readonly ColumnSpec[],
  all: readonly ColumnSpec[],
  refuse: Refuse,
): void {
  const refuseColumn = (name: string, reason: string) =>
    refuse('CRR_SCHEMA_COLUMN_TYPE', `column "${name}" ${reason}`);
  for (const { name, property } of key) {
    const kind = kinds[property];
    if (kind === undefined || (kind.type === 'lww' && kind.by === undefined)) continue;
    refuseColumn(
      name,
      'belongs to the primary key, which does not merge by column: use a plain column there',
    );
  }
  for (const { name, sqlType, notNull, default: value, kind } of columns) {
    switch (kind.type) {
      case 'counter':
        if (affinityOf(sqlType) !== 'integer' || !notNull || value !== '0') {
          refuseColumn(
            name,
            `is a counter, which is an integer, NOT NULL, with the default 0: declare it with counter('${name}') and nothing else`,
          );
        }
        break;
      case 'mvr':
        if (notNull && value === undefined) {
          refuseColumn(
            name,
            'is a multi-value register, whose values may arrive after its row: drop .notNull(), or give it a .default()',
          );
        }
        break;
      case 'fractindex':
        if (affinityOf(sqlType) !== 'text' || !notNull) {
          refuseColumn(name, `holds order keys, which are text and NOT NULL`);
        }
        for (const within of kind.within) {
          if (all.some(({ property }) => property === within)) continue;
          refuseColumn(
            name,
            `orders lists within "${within}", and the table has no such property: name the properties that tell one list from another`,
          );
        }
    }
  }
}

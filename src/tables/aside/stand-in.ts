import { maskableColumns, referencesOf } from '../../model/constraints.js';
import { affinityOf } from '../../model/declared-type.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { all, block, type Fragment, statementText } from '../../sql/layout.js';
import { keyOf } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { suffixed } from './masks.js';
import { ASIDE, aside, asideValue, mask } from './table.js';

/*
 * A column becomes NOT NULL while the base table shows NULL in it for a masked value. That NULL is nobody's: it must
 * not be taken for the default, which several rows of a unique index could not have, nor be sent to others.
 */

/** A column that becomes NOT NULL, beside rows aside. */
export interface Required {
  /** The CRR to whose names the rows aside have been made, and the column in it. */
  readonly before: TableSpec;
  readonly column: ReplicatedColumnSpec;
  /** The base table as it is called now, and the column in it. */
  readonly base: TableSpec;
  readonly present: ReplicatedColumnSpec;
  /** Present names of columns by those of `before`. */
  readonly now: (name: string) => string;
}

const canBeMasked = ({ before, column }: Required) =>
  before.constraints !== undefined && maskableColumns(before).includes(column.name);

function showsNullFor({ before, column, present, now }: Required, base: string): Fragment {
  const sameKey = before.key.map(
    ({ name }) => `${base}.${quoteName(now(name))} = ${ASIDE}.${quoteName(keyOf(name))}`,
  );
  return all([
    ...sameKey,
    `${base}.${quoteName(present.name)} IS NULL`,
    `${ASIDE}.${asideValue(column.name)} IS NOT NULL`,
    // Since the last migration, an apply has yet to decide on masks.
    `(${ASIDE}.state = 'open' OR ${ASIDE}.${mask(column.name)})`,
  ]);
}

/** SQL condition on a base row: the column shows NULL instead of its merged value. Undefined if it never does. */
export function isMaskedNull(required: Required, base: string): Fragment | undefined {
  if (!canBeMasked(required)) return undefined;
  return block`
    EXISTS (
      SELECT 1 FROM ${aside(required.before)} AS ${ASIDE}
      WHERE
        ${showsNullFor(required, base)}
    )`;
}

/**
 * Gives such rows values that no other row has, until the next apply decides what they show. Not for a reference,
 * whose parent has to exist.
 */
export function standInForNulls(required: Required): string[] {
  const { before, column, base, present } = required;
  const refers = referencesOf(before).some(({ columns }) => columns.includes(column.name));
  if (!canBeMasked(required) || refers) return [];
  const table = quoteName(base.name);
  const name = quoteName(present.name);
  const value = `${ASIDE}.${asideValue(column.name)}`;
  const least = `(SELECT min(0, ifnull(min(${name}), 0)) FROM ${table})`;
  const nth = `(${ASIDE}.rowid - (SELECT min(rowid) FROM ${aside(before)}))`;
  const standIn =
    affinityOf(present.sqlType) === 'text'
      ? suffixed(before, value, (key) => `${ASIDE}.${quoteName(keyOf(key))}`)
      : `${least} - 1 - ${nth}`;
  return [
    statementText`
      UPDATE ${table}
      SET ${name} = ${standIn}
      FROM ${aside(before)} AS ${ASIDE}
      WHERE
        ${showsNullFor(required, table)}`,
  ];
}

import type { TableSpec } from '../../model/table-spec.js';
import { type Query, queryRow } from '../../sql/statement.js';
import { aside } from './table.js';

/** Reads whether rows of a table with constraints are aside: then other rows may change without a stamp. */
export function hasRowsAside(spec: TableSpec, read: (has: boolean) => void): Query {
  return queryRow(`SELECT EXISTS (SELECT 1 FROM ${aside(spec)}) AS has`, ({ 0: has }) =>
    read(Number(has) === 1),
  );
}

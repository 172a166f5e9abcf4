import type { TableSpec } from '../../model/table-spec.js';
import { any, type Layout, statementText } from '../../sql/layout.js';
import { GUARD_TABLE } from '../../sql/names.js';
import { isKnownOrphan } from './sql.js';
import { aside, hasRivals, rivals } from './table.js';
import { hasOrphans } from './unsettled.js';

/**
 * SQL condition: what {@link isUnsettled} asks, if nothing was aside before and no replaced row noted. It takes a third of the time to compile.
 */
export const isUnsettledAtFirst = (spec: TableSpec): Layout =>
  any([isAnyAside(spec), ...hasOrphans(spec)]);

const isAnyAside = (spec: TableSpec) => `EXISTS (SELECT 1 FROM ${aside(spec)})`;

/** Has the batch sent again, with a closer look, if rows are aside or replaced rows noted. */
export function refuseAside(specs: readonly TableSpec[]): string[] {
  const statements: string[] = [];
  // D1 nests expressions to a depth of 100.
  for (let i = 0; i < specs.length; i += MOST_TABLES) {
    const conditions = specs
      .slice(i, i + MOST_TABLES)
      .flatMap((spec) => [
        isAnyAside(spec),
        ...(hasRivals(spec) ? [`EXISTS (SELECT 1 FROM ${rivals(spec)})`] : []),
      ]);
    statements.push(statementText`
      INSERT INTO ${GUARD_TABLE} (reason)
      SELECT 'unsettled'
      WHERE
        ${any(conditions)}`);
  }
  return statements;
}

/** Of one statement. */
export const MOST_TABLES = 40;

/**
 * SQL condition: rows are parked that may yet hold claims, and need their parents' rows to be decided about. Not one that
 * has no parent: that is known of it.
 */
export const hasParked = (spec: TableSpec): string =>
  `EXISTS (SELECT 1 FROM ${aside(spec)} WHERE state IN ('reference', 'unique', 'rejected') AND NOT ${isKnownOrphan(aside(spec))})`;

import type { TableSpec } from '../../model/table-spec.js';
import { all, block, type Fragment, statementText } from '../../sql/layout.js';
import { quoteName } from '../../sql/quote.js';
import { CLOCK, clock, sameKeys } from '../clock/table.js';
import type { Repair } from '../invariant.js';
import { ROW } from '../invariant-sql.js';
import { isBaseOf } from './sql.js';
import { ASIDE, aside } from './table.js';

/** The next apply decides about rows. Those that are masked it decides about in any case. */
export const decideAgain = (spec: TableSpec, where: Fragment): Repair => ({
  step: 'stamp',
  statements: [updateAside(spec, all([`${ASIDE}.state IS NOT NULL`, block`(${where})`]))],
  settles: true,
});

export function updateAside(spec: TableSpec, where: Fragment): string {
  return statementText`
    UPDATE ${aside(spec)}
    SET state = 'open'
    WHERE rowid IN (
      ${asideWhere(spec, where)}
    )`;
}

export function removeAside(spec: TableSpec, where: Fragment): string {
  return statementText`
    DELETE FROM ${aside(spec)}
    WHERE rowid IN (
      ${asideWhere(spec, where)}
    )`;
}

/** Their rowids. */
const asideWhere = (spec: TableSpec, where: Fragment) => block`
  SELECT ${ASIDE}.rowid
  FROM ${aside(spec)} AS ${ASIDE}
  LEFT JOIN ${clock(spec)} AS ${CLOCK} ON ${sameKeys(spec, CLOCK, ASIDE)}
  LEFT JOIN ${quoteName(spec.name)} AS ${ROW} ON ${isBaseOf(spec, ASIDE, ROW)}
  WHERE
    ${where}`;

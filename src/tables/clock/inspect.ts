import type { TableSpec } from '../../model/table-spec.js';
import { block } from '../../sql/layout.js';
import { keyOf } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { existsRow } from '../aside/truth.js';
import { cells } from '../cells/table.js';
import type { Inspection } from '../invariant.js';
import { ROW, says } from '../invariant-sql.js';
import { backfillStatements, rowidOf } from './backfill.js';
import { clockInvariants } from './inspect-cells.js';
import { lifeInvariant, rowInvariants, tombstoneInvariant } from './inspect-life.js';
import { rowClockInvariants, sentinelInvariant } from './inspect-row.js';
import { stampRows } from './repair.js';
import { CLOCK, clock, sameRow } from './table.js';

/** Each row has a clock, each living clock a row, and a tombstone has none. */
export function inspectClocks(spec: TableSpec): Inspection[] {
  return [inspectRows(spec), inspectClockRows(spec)];
}

function inspectRows(spec: TableSpec): Inspection {
  return {
    table: spec.name,
    rows: {
      from: quoteName(spec.name),
      alias: ROW,
      rowid: rowidOf(spec),
      key: { spec, of: (name) => `${ROW}.${quoteName(name)}` },
    },
    invariants: [
      {
        code: 'row-without-clock',
        broken: block`
          NOT EXISTS (
            SELECT 1 FROM ${clock(spec)} AS ${CLOCK}
            WHERE ${sameRow(spec, CLOCK, ROW)}
          )`,
        found: says('a row that has no clock, so no other site gets it'),
        expected: says('a clock; a repair takes the row for one that was written here, now'),
        repairs: [
          {
            step: 'stamp',
            statements: [
              ...(spec.cellColumns.length === 0 ? [] : stampRows(spec, cells(spec), hasRow(spec))),
              ...backfillStatements(spec),
            ],
            forgets: true,
          },
        ],
      },
    ],
  };
}

/** SQL condition: the row `stamped` is there. */
const hasRow = (spec: TableSpec) => existsRow(spec, (name) => `stamped.${quoteName(keyOf(name))}`);

function inspectClockRows(spec: TableSpec): Inspection {
  return {
    table: spec.name,
    rows: {
      from: clock(spec),
      alias: CLOCK,
      rowid: 'rowid',
      key: { spec, of: (name) => `${CLOCK}.${quoteName(keyOf(name))}` },
    },
    invariants: [
      lifeInvariant(spec),
      ...rowInvariants(spec),
      tombstoneInvariant(spec),
      ...rowClockInvariants(spec),
      sentinelInvariant(spec),
      ...clockInvariants(spec),
    ],
  };
}

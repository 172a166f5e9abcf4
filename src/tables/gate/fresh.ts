import type { TableSpec } from '../../model/table-spec.js';
import { type Fragment, list, statementText } from '../../sql/layout.js';
import { placeNew } from '../aside/place.js';
import { stampOfOriginSql } from '../clock/clock.js';
import { cellClock, clock, clockKeys } from '../clock/table.js';
import type { TriggerSql } from '../trigger.js';
import { gateTrigger, newKeys, offeredCell, offeredRow } from './table.js';
import { upsertBase } from './upsert.js';

/** A row that this database has never seen, offered as a whole: nothing to compare, two plain inserts. */
export function freshRowGate(spec: TableSpec, when: readonly Fragment[]): TriggerSql {
  return gateTrigger(spec, 'merge_fresh_row', {
    comment: 'a new row',
    when,
    body: inserts(spec, {
      rowVersion: 'new.row_version',
      cells: spec.clockColumns.map(() => 'NULL'),
      isWhole: true,
    }),
  });
}

/** The same, offered by its cells. */
export function freshCellsGate(spec: TableSpec, when: readonly Fragment[]): TriggerSql {
  return gateTrigger(spec, 'merge_fresh_cells', {
    comment: 'a new row, by its cells',
    when,
    body: inserts(spec, {
      rowVersion: '0',
      cells: spec.clockColumns.map((_, i) => {
        const { version, origin } = offeredCell(spec, i);
        const stamp = stampOfOriginSql('new.db_version', origin);
        return `CASE WHEN ${version} >= 0 THEN ${version} || ${stamp} END`;
      }),
      isWhole: false,
    }),
  });
}

interface FreshRow {
  readonly rowVersion: string;
  readonly cells: readonly string[];
  readonly isWhole: boolean;
}

function inserts(spec: TableSpec, { rowVersion, cells, isWhole }: FreshRow): string[] {
  const columns = [
    ...clockKeys(spec),
    ...['causal_length', 'db_version', 'row_version', 'row_site', 'row_seq', 'sentinel'],
    ...spec.clockColumns.map(({ name }) => cellClock(name)),
  ];
  const values = [
    ...newKeys(spec),
    ...['new.causal_length', 'new.db_version', rowVersion, 'new.row_site', 'new.row_seq'],
    // NULL if no sentinel is offered: concatenation with NULL is NULL.
    stampOfOriginSql('new.db_version', 'new.sentinel'),
    ...cells,
  ];
  const offered = offeredRow(spec, isWhole);
  const clocks = statementText`
    INSERT INTO ${clock(spec)} (
      ${list(columns)}
    )
    VALUES (
      ${list(values)}
    )`;
  if (spec.constraints !== undefined) return [clocks, ...placeNew(spec, offered)];
  // A base row without a clock was written while triggers were missing; it gives way.
  return [clocks, upsertBase(spec, offered)];
}

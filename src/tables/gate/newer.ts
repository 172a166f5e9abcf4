import type { TableSpec } from '../../model/table-spec.js';
import { list, statementText } from '../../sql/layout.js';
import { quoteName } from '../../sql/quote.js';
import { placeMerged } from '../aside/place.js';
import { stampOfOriginSql } from '../clock/clock.js';
import { cellClock, clock, clockRowid } from '../clock/table.js';
import type { MergingStyle } from '../merging.js';
import type { TriggerSql } from '../trigger.js';
import {
  base,
  baseIsOffered,
  besideBase,
  gateTrigger,
  keepsBirth,
  offeredColumns,
  offeredRow,
} from './table.js';
import { upsertBase } from './upsert.js';

/** A row offered as a whole whose every cell is newer than here, in the same life: nothing to compare. */
export function newerRowGate(spec: TableSpec, style: MergingStyle): TriggerSql {
  return gateTrigger(spec, 'merge_newer_row', {
    comment: 'a newer row',
    when: ['new.row_version > 0', "new.finding = 'newer'"],
    body: updates(spec, {
      clockRow: [
        // Written out although it equals db_version: NULL would mark the row as new in the report of the apply.
        'row_db_version = new.db_version',
        'row_version = new.row_version',
        'row_site = new.row_site',
        'row_seq = new.row_seq',
      ],
      cellClock: (x) => `${x} = NULL`,
      value: (_, offered) => offered.value,
      // Its values are all there.
      upserts: style.upserts,
    }),
  });
}

/** The same for cells offered alone; the others stay as they are. */
export function newerCellsGate(spec: TableSpec): TriggerSql {
  return gateTrigger(spec, 'merge_newer_cells', {
    comment: 'newer cells',
    when: ['new.row_version < 0', "new.finding = 'newer'"],
    body: updates(spec, {
      clockRow: [`row_db_version = ${keepsBirth()}`],
      cellClock: (x, { version, origin }) => {
        const stamp = stampOfOriginSql('new.db_version', origin);
        return `${x} = CASE WHEN ${version} IS NULL THEN ${x} ELSE (${version} - row_version) || ${stamp} END`;
      },
      value: (known, { value, version }) =>
        `CASE WHEN ${version} IS NULL THEN ${known} ELSE ${value} END`,
    }),
  });
}

/** SQL of the row in the gate. */
interface OfferedSql {
  readonly value: string;
  readonly version: string;
  readonly origin: string;
}

interface NewerRow {
  readonly clockRow: readonly string[];
  readonly cellClock: (x: string, offered: OfferedSql) => string;
  /** @param known SQL of the value that the cell has. */
  readonly value: (known: string, offered: OfferedSql) => string;
  /** See {@link MergingStyle.upserts}. */
  readonly upserts?: boolean;
}

function updates(spec: TableSpec, row: NewerRow): string[] {
  const offered = (name: string, place: (sql: string) => string): OfferedSql => {
    const [value, version, origin] = offeredColumns(name).map((column) => place(`new.${column}`));
    return { value: value!, version: version!, origin: origin! };
  };
  const clocks = spec.clockColumns.map(({ name }) =>
    row.cellClock(
      cellClock(name),
      offered(name, (sql) => sql),
    ),
  );
  const merged = (index: number, known: string) => {
    const inBase = offered(spec.clockColumns[index]!.name, (sql) => besideBase(spec, sql));
    return row.value(known, inBase);
  };
  const updateClock = statementText`
    UPDATE ${clock(spec)}
    SET
      ${list([...row.clockRow, 'db_version = new.db_version', ...clocks])}
    WHERE ${clockRowid(spec)} = new.row_id`;
  if (spec.constraints !== undefined) return [updateClock, ...placeMerged(spec, merged)];
  if (row.upserts) return [updateClock, upsertBase(spec, offeredRow(spec, true))];
  const values = spec.clockColumns.map(({ name }, i) => {
    const column = quoteName(name);
    return `${column} = ${merged(i, column)}`;
  });
  return [
    updateClock,
    statementText`
      UPDATE ${base(spec)}
      SET
        ${list(values)}
      WHERE ${baseIsOffered(spec)}`,
  ];
}

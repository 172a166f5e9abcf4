import type { CellSql } from '../../columns/cell-sql.js';
import { cellTypeOf } from '../../columns/registry.js';
import { NEUTRAL_ORDINAL } from '../../model/site.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { all, any, block, type Fragment, list, statementText } from '../../sql/layout.js';
import { keyOf } from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { clock, clockKeys, sameRow } from '../clock/table.js';
import { columnSeq, hasChanged, isSameKey, STATE, TAKE_SEQ } from '../clock/write.js';
import { KNOWN_VERSION } from '../milestone/table.js';
import { DB_VERSION, LOCAL_SITE, NOT_APPLYING, silenceStatement } from '../state/table.js';
import { type TriggerSql, triggerSql } from '../trigger.js';
import { keepsNote, NOTED, UNSENT } from './plain-text.js';
import { IS_RESUMED } from './resume.js';
import { CELL_COLUMNS, cellIdentity, cells } from './table.js';

/** The triggers that bring a site's own cells to what an update wrote. */
export function cellWriteTriggers(spec: TableSpec): TriggerSql[] {
  return spec.cellColumns.flatMap((column) => {
    const type = cellTypeOf(column);
    const sql = cellSql(spec, column, { seq: 'state.seq', isBirth: false });
    const isAlsoWrite = type.isAlsoWrite?.(sql);
    const changed = hasChanged(column);
    const update = triggerSql(spec, `update_${column.name}`, {
      comment: "this site's cell",
      on: `AFTER UPDATE OF ${quoteName(column.name)} ON ${quoteName(spec.name)}`,
      when: [
        isAlsoWrite === undefined
          ? changed
          : block`
              (
                ${any([changed, isAlsoWrite])}
              )`,
        NOT_APPLYING,
        isSameKey(spec),
      ],
      body: [
        TAKE_SEQ,
        ...type.write(sql),
        statementText`
          UPDATE ${clock(spec)}
          SET
            row_db_version = ifnull(row_db_version, db_version),
            db_version = ${DB_VERSION}
          WHERE ${sameRow(spec, '', 'new')}`,
      ],
    });
    return [...showTrigger(spec, column, sql), update];
  });
}

/** SQLite runs it after the trigger that writes the cell, which is newer. */
function showTrigger(spec: TableSpec, column: ReplicatedColumnSpec, sql: CellSql): TriggerSql[] {
  const type = cellTypeOf(column);
  const isShownOtherwise = type.isShownOtherwise?.(sql);
  if (isShownOtherwise === undefined) return [];
  const name = quoteName(column.name);
  // Beside a base table called "new" or "old", only a query of its own sees the row that was written.
  const keyIs = spec.key.map(({ name }) => `${quoteName(name)} = (SELECT new.${quoteName(name)})`);
  return [
    triggerSql(spec, `show_${column.name}`, {
      comment: 'what the cells show, if that is not what was written',
      on: `AFTER UPDATE OF ${name} ON ${quoteName(spec.name)}`,
      when: [
        block`
          (
            ${isShownOtherwise}
          )`,
        NOT_APPLYING,
        isSameKey(spec),
      ],
      body: [
        silenceStatement(true),
        statementText`
          UPDATE ${quoteName(spec.name)}
          SET ${name} = ${type.shown(sql.cells, name)}
          WHERE ${keyIs.join(' AND ')}`,
        silenceStatement(false),
      ],
    }),
  ];
}

/** Statements for a trigger whose `new` is a row that was inserted or got another key. */
export function writeCells(spec: TableSpec): string[] {
  return spec.cellColumns.flatMap((column, i) => {
    const seq = columnSeq(spec, spec.clockColumns.length + i);
    return cellTypeOf(column).write(cellSql(spec, column, { seq, isBirth: true }));
  });
}

/**
 * SQL condition: others may have this site's cell as it is. A new cell has no base value, so that column hands over the
 * version up to which they know everything: Turso takes no query here.
 */
const IS_KNOWN = 'base_version IS NULL OR db_version <= excluded.base_value';

const KEEPS_NOTE = keepsNote('excluded.version = 0');

interface CellWrite {
  /** SQL, to be selected from `crr_state AS state`. */
  readonly seq: string;
  /** The row is created, so this site's cell may have been kept of a row that was evicted. */
  readonly isBirth: boolean;
}

function cellSql(
  spec: TableSpec,
  column: ReplicatedColumnSpec,
  { seq, isBirth }: CellWrite,
): CellSql {
  const ofRow = (alias: string) =>
    spec.key
      .map(({ name }) => `${alias}${quoteName(keyOf(name))} = new.${quoteName(name)}`)
      .join(' AND ');
  const ofColumn = (alias: string) => `${alias}column_name = ${quoteText(column.name)}`;
  const from = (...more: Fragment[]) => block`
    FROM ${cells(spec)} AS x
    WHERE ${[ofRow('x.'), ofColumn('x.'), ...more].join(' AND ')}`;
  return {
    label: `${quoteName(spec.name)}.${quoteName(column.name)}`,
    value: `new.${quoteName(column.name)}`,
    before: isBirth ? undefined : `old.${quoteName(column.name)}`,
    ownValue: block`
      (
        SELECT x.value ${from(`x.site = ${LOCAL_SITE}`)}
      )`,
    cells: from(),
    otherCells: from(`x.site <> ${LOCAL_SITE}`),
    hasOwnCell: block`
      EXISTS (
        SELECT 1 ${from('x.site = state.site')}
      )`,
    updateOthers(set, where) {
      const assignments = [
        ...set,
        `db_version = ${DB_VERSION}`,
        `seq = (SELECT ${seq} FROM ${STATE})`,
      ];
      return statementText`
        UPDATE ${cells(spec)}
        SET
          ${list(assignments)}
        WHERE
          ${all([ofRow(''), ofColumn(''), `site <> ${LOCAL_SITE}`, where])}`;
    },
    writeOwn({ value, version, next, resumed, from, where }) {
      const keys = clockKeys(spec).join(', ');
      const values = [
        ...spec.key.map(({ name }) => `new.${quoteName(name)}`),
        ...[
          quoteText(column.name),
          'state.site',
          version,
          value,
          'state.db_version',
          seq,
          '0',
          KNOWN_VERSION,
        ],
      ];
      return statementText`
        INSERT INTO ${cells(spec)} (${keys}, ${CELL_COLUMNS}, base_version, base_value)
        SELECT
          ${list(values)}
        FROM ${list([STATE, ...(from === undefined ? [] : [from])])}
        WHERE ${where ?? 'true'}
        ON CONFLICT (${cellIdentity(spec)}) DO UPDATE SET
          version = ${next},
          value = ${isBirth && resumed ? `CASE WHEN ${IS_RESUMED} THEN ${resumed} ELSE excluded.value END` : 'excluded.value'},
          db_version = excluded.db_version,
          seq = excluded.seq,
          base_version = CASE WHEN ${IS_KNOWN} THEN version ELSE base_version END,
          base_value = CASE WHEN ${IS_KNOWN} THEN value ELSE base_value END`;
    },
    writeShared({ value, before, keeps }) {
      const isKept = block`(${keeps})`;
      const values = [
        ...spec.key.map(({ name }) => `new.${quoteName(name)}`),
        quoteText(column.name),
        NEUTRAL_ORDINAL,
        block`CASE WHEN ${isKept} THEN 0 ELSE 1 END`,
        block`CASE WHEN NOT ${isKept} THEN ${value} END`,
        'state.db_version',
        seq,
        // A row that is created has no text before.
        before === undefined
          ? block`CASE WHEN ${isKept} THEN ${NOTED} END`
          : block`CASE WHEN ${isKept} THEN ${NOTED} ELSE ${UNSENT} END`,
        before ?? 'NULL',
      ];
      const ifWritten = (name: string, written: string) =>
        block`${name} = CASE WHEN excluded.version = 0 THEN ${name} ELSE ${written} END`;
      return statementText`
        INSERT INTO ${cells(spec)} (${clockKeys(spec).join(', ')}, ${CELL_COLUMNS}, base_version, base_value)
        SELECT
          ${list(values)}
        FROM ${STATE}
        WHERE ${before === undefined ? `${value} IS NOT NULL` : 'true'}
        ON CONFLICT (${cellIdentity(spec)}) DO UPDATE SET
          ${list([
            ifWritten('version', 'version + 1'),
            ifWritten('value', 'excluded.value'),
            ifWritten('db_version', 'excluded.db_version'),
            ifWritten('seq', 'excluded.seq'),
            block`base_value = CASE WHEN ${KEEPS_NOTE} THEN base_value ELSE excluded.base_value END`,
            block`base_version = CASE WHEN ${KEEPS_NOTE} THEN base_version ELSE ifnull(excluded.base_version, base_version) END`,
          ])}`;
    },
  };
}

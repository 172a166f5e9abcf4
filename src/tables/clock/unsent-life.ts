import type { TableSpec } from '../../model/table-spec.js';
import { all, block, type Fragment, list, statementText } from '../../sql/layout.js';
import { cells } from '../cells/table.js';
import { LOCAL_SITE } from '../state/table.js';
import { stampSql } from './clock.js';
import { cellClock, clock, clockKeys, clockRowid, hasRowidKey, sameKeys } from './table.js';

/**
 * SQL conditions: the row was created here, in the life that it is in, after others last got changes from here. So nobody
 * else can have seen this life, and nothing of it comes from others.
 *
 * @param row an alias of the clock table.
 * @param isUnsent whether others lack what has a stamp, which is SQL.
 */
export function isUnsentLife(
  spec: TableSpec,
  row: string,
  isUnsent: (dbVersion: string) => string,
): Fragment[] {
  const isOwn = (text: string) => `instr(${text}, ':' || ${LOCAL_SITE} || ':') > 0`;
  const ownCell = ({ name }: TableSpec['clockColumns'][number]) => {
    const x = `${row}.${cellClock(name)}`;
    return `ifnull(instr(${x}, '@') = 0 OR ${isOwn(x)}, 1)`;
  };
  const foreignCells =
    spec.cellColumns.length === 0
      ? []
      : [
          block`
            NOT EXISTS (
              SELECT 1 FROM ${cells(spec)} AS x
              WHERE ${sameKeys(spec, 'x', row)} AND x.site <> ${LOCAL_SITE}
            )`,
        ];
  return [
    `${row}.causal_length % 2 = 1`,
    block`
      CASE
        WHEN ${row}.sentinel IS NULL
        THEN
          ${row}.row_version = 1 /* more than that: it has replaced a row */
          AND ${row}.row_site = ${LOCAL_SITE}
          AND ${isUnsent(`ifnull(${row}.row_db_version, ${row}.db_version)`)}
        ELSE
          ${isOwn(`${row}.sentinel`)}
          AND ${isUnsent(`CAST(substr(${row}.sentinel, 2) AS INTEGER)`)}
      END`,
    ...spec.clockColumns.map(ownCell),
    ...foreignCells,
  ];
}

/**
 * Gives lives that nobody else has seen a greater causal length, as if they had begun with it. The clock row is replaced:
 * an update would end the life, and its counters with it.
 *
 * @param knownVersion SQL of the db_version up to which others may know what was written here.
 */
export function liftUnsentLives(spec: TableSpec, birth: number, knownVersion: string): string {
  const sentinel = stampSql(
    'ifnull(row_db_version, db_version)',
    'row_site',
    'max(ifnull(row_seq, 1) - 1, 0)',
  );
  const kept = ['db_version', 'row_version', 'row_db_version', 'row_site', 'row_seq'];
  const cellClocks = spec.clockColumns.map(({ name }) => cellClock(name));
  const keys = [...(hasRowidKey(spec) ? [] : [clockRowid(spec)]), ...clockKeys(spec)];
  const isLifted = [
    `unsent.db_version > ${knownVersion}`,
    `unsent.causal_length < ${birth}`,
    ...isUnsentLife(spec, 'unsent', (version) => `${version} > ${knownVersion}`),
  ];
  return statementText`
    INSERT OR REPLACE INTO ${clock(spec)} (
      ${list([...keys, 'causal_length', 'sentinel', ...kept, ...cellClocks])}
    )
    SELECT
      ${list([...keys, String(birth), `ifnull(sentinel, ${sentinel})`, ...kept, ...cellClocks])}
    FROM ${clock(spec)} AS unsent
    WHERE
      ${all(isLifted)}`;
}

import type { ClockColumnType } from '../../columns/column-type.js';
import { clockTypeOf, isDecidedByValue } from '../../columns/registry.js';
import { wireOffset } from '../../columns/versions.js';
import type { TableSpec } from '../../model/table-spec.js';
import { bytesOfText } from '../../model/value.js';
import { all, block, type Fragment, list } from '../../sql/layout.js';
import { quoteText } from '../../sql/quote.js';
import { SOURCE } from '../apply/table.js';
import { clock } from '../clock/table.js';
import { pendingUpsert, sizeSql } from '../pending/table.js';
import type { TriggerSql } from '../trigger.js';
import { clockIsOffered, gateTrigger, newKeys, offeredCell } from './table.js';

/** A row that lacks a NOT NULL cell waits for it, unless this life of the row, or a later one, has ended already. */
export function earlyGate(spec: TableSpec, when: readonly Fragment[]): TriggerSql {
  return gateTrigger(spec, 'merge_early', {
    comment: 'a row that lacks a NOT NULL cell waits',
    when,
    body: [
      keep(spec, {
        cid: '-1',
        value: 'NULL',
        version: 'new.causal_length',
        origin: 'new.sentinel',
        isOffered: 'new.sentinel IS NOT NULL',
        types: [],
      }),
      ...spec.clockColumns.map((column, i) => {
        const { value, version, origin } = offeredCell(spec, i);
        const offset = wireOffset(column);
        return keep(spec, {
          cid: column.name,
          value,
          version: offset === 0 ? version : `${version} + ${offset}`,
          origin,
          isOffered: `${version} >= 0`,
          types: isDecidedByValue(column) ? [clockTypeOf(column)] : [],
        });
      }),
    ],
  });
}

interface EarlyCell {
  readonly cid: string;
  readonly value: string;
  readonly version: string;
  /** `site:seq`. */
  readonly origin: string;
  readonly isOffered: string;
  /** Its type, if the value decides. */
  readonly types: readonly ClockColumnType[];
}

function keep(spec: TableSpec, cell: EarlyCell): string {
  const { cid, value, version, origin, isOffered, types } = cell;
  const values = [
    SOURCE,
    quoteText(spec.name),
    'new.pk',
    quoteText(cid),
    value,
    version,
    'new.causal_length',
    `CAST(${origin} AS INTEGER)`,
    `CAST(substr(${origin}, instr(${origin}, ':') + 1) AS INTEGER)`,
    'new.db_version',
    sizeSql('new.pk', value, bytesOfText(spec.name) + bytesOfText(cid)),
    '0',
    ...newKeys(spec),
  ];
  const isLate = block`
    EXISTS (
      SELECT 1 FROM ${clock(spec)}
      WHERE ${clockIsOffered(spec)} AND causal_length >= new.causal_length
    )`;
  return pendingUpsert(
    spec.key.length,
    block`
      SELECT
        ${list(values)}
      WHERE
        ${all([isOffered, block`NOT ${isLate}`])}`,
    types,
  );
}

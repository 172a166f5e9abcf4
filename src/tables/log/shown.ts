import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { block, type Layout } from '../../sql/layout.js';
import { keyOf } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { joinAside, trueValue } from '../aside/truth.js';
import { cellVersionSql } from '../clock/clock.js';
import { CLOCK, clock, sameKeys, sameRow } from '../clock/table.js';
import { eventValueOf, markedVersion } from './table.js';

/** What follows FROM: the row of the event `e` with its clock, if the event is of the life that the row is in. Ends in a WHERE. */
export const rowOfEvent = (spec: TableSpec, e: string): Layout => block`
  ${clock(spec)} AS ${CLOCK}
  LEFT JOIN ${quoteName(spec.name)} AS base ON ${sameRow(spec, CLOCK, 'base')}
  ${joinAside(spec, (key) => `${CLOCK}.${quoteName(keyOf(key))}`)}
  WHERE
    ${sameKeys(spec, CLOCK, e)}
    AND ${CLOCK}.causal_length = ${e}.causal_length`;

/** SQL condition in {@link rowOfEvent}: the row has the version and the value that the event wrote. */
export const showsEvent = (spec: TableSpec, e: string, column: ReplicatedColumnSpec): string =>
  `${cellVersionSql(column.name, `${CLOCK}.`)} = ${markedVersion(e, column)} AND ${trueValue(spec, column.name)} IS ${e}.${eventValueOf(column.name)} COLLATE BINARY`;

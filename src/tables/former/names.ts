import { typeOf } from '../../columns/registry.js';
import { formerRange, NOTED_RANGES } from '../../columns/versions.js';
import { SENTINEL } from '../../model/change.js';
import type { ColumnKind } from '../../model/table-spec.js';
import { statementText } from '../../sql/layout.js';
import { FORMER_TABLE } from '../../sql/names.js';
import { quoteText } from '../../sql/quote.js';
import { forgotten, WHOLE_TABLE } from './table.js';

export function tableRenamed(from: string, to: string): string[] {
  const [before, after] = [quoteText(from), quoteText(to)];
  return [
    ...tableAdded(to),
    `UPDATE OR REPLACE ${FORMER_TABLE} SET table_name = ${after} WHERE table_name = ${before} AND cid <> ${WHOLE_TABLE}`,
    `UPDATE ${FORMER_TABLE} SET present_name = ${after} WHERE cid = ${WHOLE_TABLE} AND present_name = ${before}`,
    remember(before, WHOLE_TABLE, after),
  ];
}

/** A name in use is not a former name, whatever it once was. */
export function tableAdded(table: string): string[] {
  return [
    `DELETE FROM ${FORMER_TABLE} WHERE table_name = ${quoteText(table)} AND cid = ${WHOLE_TABLE}`,
  ];
}

export function tableDropped(table: string): string[] {
  const name = quoteText(table);
  return [
    `DELETE FROM ${FORMER_TABLE} WHERE table_name = ${name}`,
    `UPDATE ${FORMER_TABLE} SET present_name = NULL WHERE cid = ${WHOLE_TABLE} AND present_name = ${name}`,
    remember(name, WHOLE_TABLE, 'NULL'),
    ...tableForgotten(table),
  ];
}

/** All clocks of a table go: others may return what this site wrote before. */
export function tableForgotten(table: string): string[] {
  return [remember(quoteText(table), forgotten(SENTINEL), 'NULL')];
}

/** Names that a table or column had before this database kept former names. */
export function tableKnownAs(former: string, present: string): string[] {
  const [before, after] = [quoteText(former), quoteText(present)];
  return [
    `UPDATE OR REPLACE ${FORMER_TABLE} SET table_name = ${after} WHERE table_name = ${before} AND cid <> ${WHOLE_TABLE}`,
    remember(before, WHOLE_TABLE, after),
  ];
}

export function columnKnownAs(table: string, former: string, present: string): string {
  return remember(quoteText(table), quoteText(former), quoteText(present));
}

function columnForgotten(table: string, column: string): string {
  return remember(quoteText(table), forgotten(column), 'NULL');
}

export function columnRenamed(table: string, from: string, to: string): string[] {
  const [name, before, after] = [table, from, to].map(quoteText) as [string, string, string];
  return [
    ...columnAdded(table, to),
    `UPDATE ${FORMER_TABLE} SET present_name = ${after} WHERE table_name = ${name} AND cid <> ${WHOLE_TABLE} AND present_name = ${before}`,
    remember(name, before, after),
    statementText`
      INSERT OR REPLACE INTO ${FORMER_TABLE} (table_name, cid, present_name)
      SELECT table_name, ${forgotten(to)}, NULL FROM ${FORMER_TABLE}
      WHERE table_name = ${name} AND cid = ${forgotten(from)}`,
  ];
}

export function columnAdded(table: string, column: string): string[] {
  const names = [column, ...NOTED_RANGES.map((range) => column + formerRange(range))];
  return [
    `DELETE FROM ${FORMER_TABLE} WHERE table_name = ${quoteText(table)} AND cid IN (${names.map(quoteText).join(', ')})`,
  ];
}

export function columnDropped(table: string, column: string): string[] {
  const [name, gone] = [quoteText(table), quoteText(column)];
  return [
    `UPDATE ${FORMER_TABLE} SET present_name = NULL WHERE table_name = ${name} AND cid <> ${WHOLE_TABLE} AND present_name = ${gone}`,
    remember(name, gone, 'NULL'),
    columnForgotten(table, column),
  ];
}

/** A column merges in another way now: late changes of the range that it had must be recognized. */
export function typeChanged(
  table: string,
  column: string,
  from: ColumnKind,
  to: ColumnKind,
): string[] {
  const name = quoteText(table);
  const note = (kind: ColumnKind) => {
    const { range } = typeOf({ kind });
    return NOTED_RANGES.includes(range) ? quoteText(column + formerRange(range)) : undefined;
  };
  const [before, now] = [note(from), note(to)];
  return [
    ...(now === undefined
      ? []
      : [`DELETE FROM ${FORMER_TABLE} WHERE table_name = ${name} AND cid = ${now}`]),
    ...(before === undefined ? [] : [remember(name, before, 'NULL')]),
    ...(typeOf({ kind: from }).storage === 'cells' ? [columnForgotten(table, column)] : []),
  ];
}

function remember(table: string, cid: string, presentName: string): string {
  return statementText`
    INSERT INTO ${FORMER_TABLE} (table_name, cid, present_name)
    VALUES (${table}, ${cid}, ${presentName})
    ON CONFLICT (table_name, cid) DO UPDATE SET present_name = excluded.present_name`;
}

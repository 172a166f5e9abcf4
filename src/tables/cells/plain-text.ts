import { NEUTRAL_ORDINAL } from '../../model/site.js';
import type { TableSpec } from '../../model/table-spec.js';
import type { SqlValue } from '../../model/value.js';
import { all, block, statementText } from '../../sql/layout.js';
import { quoteText } from '../../sql/quote.js';
import { type Statement, statement } from '../../sql/statement.js';
import { clockKeyIs } from '../clock/table.js';
import { cells } from './table.js';

/*
 * A write by SQL of a column whose cells are a log is noted in the cell of no site: `base_value` is the text before it, and
 * `base_version` says what has become of the one after it.
 */

/** There was a document, so only the column has the text. */
export const NOTED = 1;
/** It is the plain text, and nobody else has it: other sites may begin the document with the one before. */
export const UNSENT = 2;
/** It is the plain text, and others may begin the document with it. */
export const SENT = 3;
/** It was the plain text that others may have begun with, until they have written another one. The column shows it. */
export const OUTDONE = 4;

/** A write by SQL that may not be in the document yet. */
export interface WrittenText {
  /** The text before it. */
  readonly over: string;
  /** The plain text that it was when there was no document. */
  readonly plain: string | undefined;
  /** Others may have it as the plain text. */
  readonly isSent: boolean;
}

export function writtenOf(
  note: number,
  { over = '', shown, plain }: Readonly<Record<'over' | 'shown' | 'plain', string | undefined>>,
): WrittenText | undefined {
  if (note === 0) return undefined;
  const begun = note === OUTDONE ? shown : plain;
  return { over, plain: note === NOTED ? undefined : begun, isSent: note === SENT };
}

/** SQL condition on a cell of no site that is written: the note of an earlier write stays as it is. */
export const keepsNote = (isDocument: string) => block`
  (base_version BETWEEN ${NOTED} AND ${UNSENT} OR base_version = ${SENT} AND ${isDocument})`;

/** A plain text that is about to be sent for the first time. */
export interface UnsentText {
  readonly spec: TableSpec;
  readonly column: string;
  readonly key: readonly SqlValue[];
  /** Of its cell. */
  readonly version: number;
}

/** Notes that others may have a plain text from now on. */
export function noteSent({ spec, column, key, version }: UnsentText): Statement {
  const args: SqlValue[] = [];
  const sql = statementText`
    UPDATE ${cells(spec)}
    SET base_version = ${SENT}
    WHERE
      ${all([
        ...clockKeyIs(spec, key, args),
        `column_name = ${quoteText(column)}`,
        `site = ${NEUTRAL_ORDINAL}`,
        `base_version = ${UNSENT}`,
        `version = ${version}`,
      ])}`;
  return statement(sql, args);
}

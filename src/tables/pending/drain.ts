import { cellTypeOf, isTimed } from '../../columns/registry.js';
import { fitsSql, isFormerVersionSql, versionFromWireSql } from '../../columns/versions.js';
import { NEUTRAL_ORDINAL } from '../../model/site.js';
import {
  type ReplicatedColumnSpec,
  replicatedColumns,
  requiredColumns,
  type TableSpec,
  unwrittenValue,
} from '../../model/table-spec.js';
import {
  all,
  any,
  block,
  type Fragment,
  type Layout,
  list,
  statementText,
} from '../../sql/layout.js';
import { cellGate, keyOf, mergeGate, PENDING_TABLE } from '../../sql/names.js';
import { quoteBlob, quoteName, quoteText } from '../../sql/quote.js';
import { GREATEST_TIME } from '../apply/table.js';
import { existsRow } from '../aside/truth.js';
import { showCellsStatements } from '../cells/show.js';
import { clock, clockKeys } from '../clock/table.js';
import { offeredColumns } from '../gate/table.js';
import { DB_VERSION } from '../state/table.js';
import { isBetterSql } from './better.js';
import { goOnWaiting } from './rejected.js';
import {
  fromSource,
  isMarkedSql,
  isNotRejectedSql,
  isTriedSql,
  pendingKeys,
  TRUSTED,
} from './table.js';

export interface DrainOptions {
  /** What waits from this source is offered. Default: what is trusted. */
  readonly source?: string | undefined;
  /** A delete waits until its row is there: its source may only delete rows that meet a condition. */
  readonly deletesNeedRow?: boolean | undefined;
  /** Only changes that are marked to be tried are offered. Default: all that were not rejected. */
  readonly onlyTried?: boolean | undefined;
  /** Only changes of rows whose packed keys are in this range are offered. */
  readonly range?: KeyRange | undefined;
  /** What is applied is not removed, because the merge is only tried. */
  readonly keepsApplied?: boolean | undefined;
}

/** Packed keys, both included. */
export interface KeyRange {
  readonly first: Uint8Array;
  readonly last: Uint8Array;
}

/**
 * Offers to the gates the changes that wait for this table and can be applied now, because the row is there
 * or all its NOT NULL cells wait together from one source; then removes those that were applied or
 * overtaken. The greatest time is noted in crr_apply, if the table has columns merged by time.
 */
export function drainPendingStatements(spec: TableSpec, options: DrainOptions = {}): string[] {
  const drain = new Drain(spec, options);
  return [
    drain.offerRows(),
    ...spec.cellColumns.map((column) => drain.offerCells(column)),
    ...(options.keepsApplied ? [] : [drain.removeApplied(), goOnWaiting(drain.source, spec.name)]),
    ...showCellsStatements(spec),
  ];
}

/** What a NULL of a site that has not migrated yet is here, where the column is NOT NULL. */
function nullStandsFor(column: ReplicatedColumnSpec): string | undefined {
  return column.notNull ? unwrittenValue(column) : undefined;
}

function offeredValue(column: ReplicatedColumnSpec): string {
  const value = nullStandsFor(column);
  return value === undefined ? 'waiting.val' : `ifnull(waiting.val, ${value})`;
}

class Drain {
  readonly #columns: readonly ReplicatedColumnSpec[];
  readonly #keys: readonly string[];
  /** `'-1'` and the names of the columns. */
  readonly #cids: string;
  readonly source: string;

  constructor(
    readonly spec: TableSpec,
    readonly options: DrainOptions,
  ) {
    this.source = options.source ?? TRUSTED;
    this.#columns = replicatedColumns(spec);
    this.#keys = pendingKeys(spec.key.length);
    this.#cids = ['-1', ...this.#columns.map(({ name }) => name)].map(quoteText).join(', ');
  }

  /** Offers rows: of each key the greatest causal length, and of each cell the state that wins. */
  offerRows(): string {
    const { spec } = this;
    const of = (cid: string, value: string) =>
      `max(CASE waiting.cid WHEN ${quoteText(cid)} THEN ${value} END)`;
    const origin = "waiting.site || ':' || waiting.seq";
    // See `inside` of src/merge/columns.ts.
    const cellOrigin = (column: ReplicatedColumnSpec) => {
      const noWriter = [
        ...(nullStandsFor(column) === undefined ? [] : ['waiting.val IS NULL']),
        ...[isFormerVersionSql(column, 'waiting.col_version') ?? []].flat(),
      ];
      if (noWriter.length === 0) return origin;
      return `CASE WHEN ${noWriter.join(' OR ')} THEN ${NEUTRAL_ORDINAL} ELSE waiting.site END || ':' || waiting.seq`;
    };
    const columns = [
      ...clockKeys(spec),
      ...['db_version', 'causal_length', 'sentinel', 'row_version'],
      ...spec.clockColumns.flatMap(({ name }) => offeredColumns(name)),
    ];
    const values = [
      ...this.#keys.map((key) => `waiting.${key}`),
      DB_VERSION,
      'waiting.causal_length',
      // Cells carry a row's causal length even if its sentinel went elsewhere: then any cell proves it.
      `ifnull(${of('-1', origin)}, CASE WHEN waiting.causal_length > 1 THEN max(${origin}) END)`,
      '-1',
      ...spec.clockColumns.flatMap((column) => [
        of(column.name, offeredValue(column)),
        of(column.name, versionFromWireSql(column, 'waiting.col_version')),
        of(column.name, cellOrigin(column)),
      ]),
    ];
    const complete = requiredColumns(spec).map(({ name }) => `${of(name, '1')} = 1`);
    const isAlive = 'waiting.causal_length % 2 = 1';
    return statementText`
      INSERT INTO ${quoteName(mergeGate(spec.name))} (
        ${list(columns)}
      )
      SELECT
        ${list(values)}
      FROM ${PENDING_TABLE} AS waiting
      WHERE
        ${all([
          ...this.#isOurs('waiting'),
          `waiting.cid IN (${this.#cids})`,
          ...this.#due('waiting'),
          this.#isGreatestLife(),
          this.#isBest(),
        ])}
      GROUP BY waiting.pk, waiting.causal_length
      HAVING
        ${any([
          ...(this.options.deletesNeedRow ? [] : ['waiting.causal_length % 2 = 0']),
          block`(${all(this.options.deletesNeedRow ? [isAlive, ...complete] : complete)})`,
          existsRow(
            spec,
            (name) => `waiting.${this.#keys[spec.key.findIndex((key) => key.name === name)]}`,
          ),
        ])}`;
  }

  /** Offers the cells of a column whose rows are there now to their gate. */
  offerCells(column: ReplicatedColumnSpec): string {
    const { spec } = this;
    const type = cellTypeOf(column);
    const isFormer = isFormerVersionSql(column, 'waiting.col_version') ?? 'false';
    const value =
      type.fromOtherType === undefined
        ? 'waiting.val'
        : `CASE WHEN ${isFormer} THEN ${type.fromOtherType('waiting.val')} ELSE waiting.val END`;
    const columns = [
      ...clockKeys(spec),
      ...['causal_length', 'column_name', 'site', 'version', 'value', 'seq'],
    ];
    const values = [
      ...this.#keys.map((key) => `waiting.${key}`),
      ...['waiting.causal_length', 'waiting.cid'],
      `CASE WHEN ${isFormer} THEN ${NEUTRAL_ORDINAL} ELSE waiting.site END`,
      versionFromWireSql(column, 'waiting.col_version'),
      value,
      'waiting.seq',
    ];
    return statementText`
      INSERT INTO ${quoteName(cellGate(spec.name))} (
        ${list(columns)}
      )
      SELECT
        ${list(values)}
      FROM ${PENDING_TABLE} AS waiting
      JOIN ${clock(spec)} AS clock
        ON ${this.#keyIs('clock', keyOf, 'waiting')}
      WHERE
        ${all([
          ...this.#isOurs('waiting'),
          `waiting.cid = ${quoteText(column.name)}`,
          'clock.causal_length = waiting.causal_length',
          fitsSql([column], 'waiting'),
        ])}`;
  }

  removeApplied(): string {
    const { spec, source, options } = this;
    // What was rejected is overtaken, too, if its row has a newer life.
    const marked = options.onlyTried ? [isMarkedSql(PENDING_TABLE)] : [];
    return statementText`
      DELETE FROM ${PENDING_TABLE}
      WHERE
        ${all([...fromSource(PENDING_TABLE, source, spec, options), ...marked])}
        AND EXISTS (
          SELECT 1 FROM ${clock(spec)} AS clock
          WHERE
            ${this.#keyIs('clock', keyOf, PENDING_TABLE)}
            AND (
              clock.causal_length > ${PENDING_TABLE}.causal_length
              OR clock.causal_length = ${PENDING_TABLE}.causal_length
                AND ${all(this.#isTried(PENDING_TABLE))}
                AND ${PENDING_TABLE}.cid IN (${this.#cids})
                AND ${all(this.#due(PENDING_TABLE))}
            )
        )`;
  }

  /** What is offered. */
  #isOurs(row: string): string[] {
    return [...fromSource(row, this.source, this.spec, this.options), ...this.#isTried(row)];
  }

  /** The same for the other changes of a row, which are found by its key: `+` hides the index of the marks. */
  #isOfRow(row: string): string[] {
    const tried = this.#isTried(row);
    return [
      ...fromSource(row, this.source, this.spec),
      ...(this.options.onlyTried ? tried.map((condition) => `+${condition}`) : tried),
    ];
  }

  #isTried(row: string): string[] {
    const { range, onlyTried } = this.options;
    const isInRange =
      range && `${row}.pk BETWEEN ${quoteBlob(range.first)} AND ${quoteBlob(range.last)}`;
    return [
      onlyTried ? isTriedSql(row) : isNotRejectedSql(row),
      ...(isInRange === undefined ? [] : [isInRange]),
    ];
  }

  /** False if the change is of another column type, or still too far ahead: it stays pending. */
  #due(row: string): Fragment[] {
    const timed = this.spec.clockColumns.filter(isTimed).map(({ name }) => quoteText(name));
    const fits = fitsSql(this.#columns, row);
    if (timed.length === 0) return [fits];
    const isAhead = `${row}.cid IN (${timed.join(', ')}) AND ${row}.col_version > ${GREATEST_TIME}`;
    return [fits, `NOT (${isAhead})`];
  }

  #isGreatestLife(): Layout {
    return block`
      waiting.causal_length = (
        SELECT max(other.causal_length) FROM ${PENDING_TABLE} AS other
        WHERE
          ${all([...this.#isOfRow('other'), 'other.pk = waiting.pk', ...this.#due('other')])}
      )`;
  }

  /** Of the states of one cell that wait from several sites, the one that would win the merge. */
  #isBest(): Layout {
    return block`
      NOT EXISTS (
        SELECT 1 FROM ${PENDING_TABLE} AS other
        WHERE
          ${all([
            ...this.#isOfRow('other'),
            'other.pk = waiting.pk',
            'other.cid = waiting.cid',
            'other.causal_length = waiting.causal_length',
            block`
              (
                ${isBetterSql(this.spec, 'other', 'waiting')}
              )`,
            ...this.#due('other'),
          ])}
      )`;
  }

  #keyIs(alias: string, column: (name: string) => string, waiting: string): string {
    return this.spec.key
      .map(({ name }, i) => `${alias}.${quoteName(column(name))} = ${waiting}.${this.#keys[i]}`)
      .join(' AND ');
  }
}

import { isTimed } from '../columns/registry.js';
import { keysByTable, type RowId } from '../model/row-id.js';
import { requiredIndexes, type TableSpec } from '../model/table-spec.js';
import { type Query, type Statement, statement } from '../sql/statement.js';
import { noteGreatestTime } from '../tables/apply/table.js';
import { type DrainOptions, drainPendingStatements } from '../tables/pending/drain.js';
import { tryDue, tryWaiting } from '../tables/pending/touched.js';
import type { Apart } from './apart.js';
import type { EarlyChange, UnknownColumns } from './group.js';
import type { RowOffer } from './table-group.js';

/**
 * What has happened since everything that waits from a source was tried. Unless its row has changed or its time has
 * come, trying it again is of no use.
 */
export interface DrainedBefore {
  /** Rows that have changed since. */
  readonly changed: readonly RowId[];
  /** The greatest version that columns merged by time took then. */
  readonly greatestTime: number;
}

export interface DrainInput {
  readonly source: string;
  /** The tables whose pending changes are applied. */
  readonly drained: readonly TableSpec[];
  readonly offers: ReadonlyMap<TableSpec, readonly RowOffer[]>;
  /** Changes of the batch that go to the pending table. */
  readonly held: readonly EarlyChange[];
  /** Undefined: everything that waits is tried. */
  readonly before: DrainedBefore | undefined;
  readonly apart: Apart;
  readonly greatestTime: number;
  readonly unknownColumns: UnknownColumns | undefined;
}

/** The part of an apply that lets in what waits. */
export class Drain {
  constructor(readonly input: DrainInput) {}

  /** Whether only what is marked is tried: the rows of the batch, and those that have changed since the last drain. */
  get isPartial(): boolean {
    return this.input.before !== undefined;
  }

  /** Marks what is to be tried, once the changes of the batch that have to wait are with it. */
  mark(): Statement[] {
    const { source, drained, offers, held, before, greatestTime } = this.input;
    if (before === undefined) return [];
    const touched = keysByTable([...held.map(({ change }) => change), ...before.changed]);
    return drained.flatMap((spec) => {
      const keys = [
        ...(offers.get(spec) ?? []).map(({ pk }) => pk),
        ...(touched.get(spec.name) ?? []),
      ];
      const due = tryDue(source, spec, before.greatestTime, greatestTime);
      return [...tryWaiting(source, spec, keys), ...(due ? [due] : [])];
    });
  }

  /** Marks the rows that the gate has put with what waits: they lack a cell. */
  markIncomplete(): Statement[] {
    const { source, drained, offers, before } = this.input;
    if (before === undefined) return [];
    return drained.flatMap((spec) => {
      const required = requiredIndexes(spec);
      const lacking = (offers.get(spec) ?? []).filter(({ cells }) =>
        required.some((i) => cells[i] === undefined),
      );
      return tryWaiting(
        source,
        spec,
        lacking.map(({ pk }) => pk),
      );
    });
  }

  /** @param options those that the rights of the source ask for. */
  run(options: (spec: TableSpec) => DrainOptions = () => ({})): Query[] {
    const { source, drained, apart, greatestTime, unknownColumns } = this.input;
    const isTimedTable = ({ clockColumns }: TableSpec) => clockColumns.some(isTimed);
    return [
      ...(drained.some(isTimedTable) ? [noteGreatestTime(greatestTime)] : []),
      ...drained.flatMap((spec) =>
        drainPendingStatements(withoutColumns(spec, unknownColumns), {
          source,
          range: apart.only?.get(spec.name),
          onlyTried: this.isPartial,
          ...options(spec),
        }),
      ),
    ].map((sql) => statement(sql));
  }
}

/** What waits for these columns goes on waiting. */
function withoutColumns(spec: TableSpec, unknown: UnknownColumns | undefined): TableSpec {
  const names = unknown?.get(spec.name);
  if (names === undefined) return spec;
  return {
    ...spec,
    clockColumns: spec.clockColumns.filter(({ name }) => !names.has(name)),
    cellColumns: spec.cellColumns.filter(({ name }) => !names.has(name)),
  };
}

import { getTableColumns, sql } from 'drizzle-orm';
import { type alias, QueryBuilder, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { CrrCore } from '../database/crr.js';
import { type HistoryEntry, requireHistory } from '../database/history.js';
import {
  type PruneOptions,
  type PruneResult,
  requirePruneOptions,
} from '../database/prune-options.js';
import type { RevertReport } from '../database/revert.js';
import { CrrUsageError } from '../errors.js';
import { type KnownOptions, optionsOf, requireOptions, requireVersion } from '../model/options.js';
import type { SqlValue } from '../model/value.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import { asOfSql, type Moment } from '../tables/log/as-of.js';
import { valueInType } from './column-value.js';
import { requireCrr, storedKey } from './conflict.js';
import type {
  AsOfMoment,
  CommitOptions,
  HistoryEvent,
  HistoryOptions,
  RevertOptions,
  RevertResult,
  RevertTarget,
} from './history-types.js';
import { packedRowRefs, type RowRef } from './row-ref.js';

const COMMIT = optionsOf<CommitOptions>({ author: 'any', message: 'any' });
const REVERT = {
  ...COMMIT,
  ...optionsOf<Omit<RevertOptions, keyof CommitOptions>>({ force: 'boolean' }),
};
const HISTORY = optionsOf<HistoryOptions>({
  ...{ author: 'text', from: 'any', to: 'any', limit: 'any' },
});
const PRUNE = optionsOf<PruneOptions>({
  ...{ olderThan: 'any', keep: 'any', upTo: 'any', peerExpiry: 'any', limit: 'any' },
  force: 'boolean',
  onProgress: 'function',
});
const MOMENTS: KnownOptions = { version: 'any', time: 'any', event: 'any' };
const TARGETS: KnownOptions = { event: 'any', siteId: 'any', version: 'any' };

/** Checks the options that a transaction is noted with. */
export function requireCommit(caller: string, options: CommitOptions): void {
  requireOptions(caller, options, COMMIT);
  requireWords(caller, options);
}

/** As long as they may be in an event; see LogEvent. */
const MOST_CHARACTERS = 4096;

function requireWords(caller: string, { author, message }: CommitOptions): void {
  for (const [name, value] of Object.entries({ author, message })) {
    if (value === undefined) continue;
    if (typeof value === 'string' && value.length <= MOST_CHARACTERS) continue;
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `${caller}: ${name} must be a text of at most ${MOST_CHARACTERS} characters`,
    );
  }
}

function requireDate(caller: string, name: string, date: unknown): void {
  if (date instanceof Date && !Number.isNaN(date.getTime())) return;
  throw new CrrUsageError(
    'CRR_USAGE_OPTION',
    `${caller}: ${name} must be a valid Date, such as new Date('2026-05-01')`,
  );
}

export async function historyOf<TTable extends SQLiteTable>(
  core: CrrCore,
  schema: DrizzleSchema,
  table: TTable,
  key: Readonly<Record<string, unknown>> | undefined,
  options: HistoryOptions,
): Promise<HistoryEvent<TTable>[]> {
  requireOptions('history()', options, HISTORY);
  const spec = requireCrr(schema, table, 'history()');
  requireHistory('history()', spec);
  const { author, from, to, limit } = options;
  for (const [name, date] of Object.entries({ from, to })) {
    if (date !== undefined) requireDate('history()', name, date);
  }
  if (limit !== undefined) requireVersion('history()', 'limit', limit, 1);
  const entries = await core.logs.history(spec, {
    ...(key !== undefined && { key: storedKey(table, spec, key) }),
    author,
    from: from?.getTime(),
    to: to?.getTime(),
    limit,
  });
  const toRef = packedRowRefs(schema);
  return entries.map((entry) => eventInTypes(entry, table, toRef, schema));
}

function eventInTypes<TTable extends SQLiteTable>(
  { spec, pk, changes, at, ...entry }: HistoryEntry,
  table: TTable,
  toRef: (row: { readonly table: string; readonly pk: Uint8Array }) => RowRef,
  schema: DrizzleSchema,
): HistoryEvent<TTable> {
  const columns = getTableColumns(table);
  const inType = (property: string, value: SqlValue | undefined) =>
    value === undefined ? undefined : valueInType(columns[property]!, value, schema.decode);
  const changed = changes.map(({ column: { property }, from, to, won, added }) => [
    property,
    {
      ...{ from: inType(property, from), to: inType(property, to), won },
      ...(added !== undefined && { added: inType(property, added) }),
    },
  ]);
  return {
    ...toRef({ table: spec.name, pk }),
    ...entry,
    at: new Date(at),
    changes: Object.fromEntries(changed) as HistoryEvent<TTable>['changes'],
  };
}

export function revertResult(report: RevertReport, schema: DrizzleSchema): RevertResult {
  const toRef = packedRowRefs(schema);
  const cells = (found: RevertReport['kept']) =>
    found.map(({ spec, pk, column }) => ({
      ...toRef({ table: spec.name, pk }),
      ...(column && { column: column.property }),
    }));
  return { restored: cells(report.restored), kept: cells(report.kept) };
}

export async function revert(
  core: CrrCore,
  schema: DrizzleSchema,
  table: SQLiteTable,
  target: RevertTarget,
  options: RevertOptions,
): Promise<RevertResult> {
  requireOptions('revert()', options, REVERT);
  requireWords('revert()', options);
  const spec = requireCrr(schema, table, 'revert()');
  requireHistory('revert()', spec);
  const { force = false, ...note } = options;
  requireTarget(target);
  const report =
    'event' in target
      ? await core.logs.revertEvent(spec, requireEvent('revert()', target.event), force, note)
      : await core.logs.revertTransaction(target, force, note);
  return revertResult(report, schema);
}

function requireTarget(target: RevertTarget): void {
  // What history() lists is one, too, and has more than the name of the event.
  if (typeof target === 'object' && target !== null && 'event' in target) return;
  requireOptions('revert(): the target', target ?? undefined, TARGETS);
  const { siteId, version } = target;
  requireVersion('revert()', 'version', version);
  if (siteId instanceof Uint8Array && siteId.length === 16) return;
  throw new CrrUsageError(
    'CRR_USAGE_OPTION',
    'revert(): siteId must be a site id of 16 bytes, as history() gives it; pass { event } to take back one event',
  );
}

/** The parts of an event's name. */
function requireEvent(caller: string, name: unknown) {
  const parts = /^([0-9a-f]{32}):(\d{1,16}):(\d{1,16})$/.exec(String(name));
  if (parts === null) {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `${caller}: event must be the name of an event, as history() gives it`,
    );
  }
  return { site: parts[1]!, dbVersion: Number(parts[2]), seq: Number(parts[3]) };
}

export async function prune(core: CrrCore, options: PruneOptions): Promise<PruneResult> {
  requireOptions('prune()', options, PRUNE);
  requirePruneOptions(options);
  return core.logs.prune(options);
}

/** A table at a moment, as a subquery that queries read like an alias of the table. */
export type TableAsOf<TTable extends SQLiteTable, TName extends string = 'past'> = ReturnType<
  typeof alias<TTable, TName>
>;

/** Makes {@link TableAsOf}. */
export function tableAsOf<TTable extends SQLiteTable, TName extends string>(
  schema: DrizzleSchema,
  table: TTable,
  moment: AsOfMoment,
  name: TName,
): TableAsOf<TTable, TName> {
  const spec = requireCrr(schema, table, 'asOf()');
  requireHistory('asOf()', spec);
  const text = asOfSql(spec, momentOf(moment)).toString();
  const query = new QueryBuilder().select().from(table as SQLiteTable);
  // The columns of the table, read from another source.
  Object.defineProperty(query, 'getSQL', { value: () => sql.raw(text) });
  return query.as(name) as unknown as TableAsOf<TTable, TName>;
}

function momentOf(moment: AsOfMoment): Moment {
  requireOptions('asOf(): the moment', moment, MOMENTS);
  if (Object.keys(moment).length !== 1) {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      'asOf(): the moment is one of { version }, { time } and { event }',
    );
  }
  if ('version' in moment) {
    requireVersion('asOf()', 'version', moment.version);
    return { version: moment.version };
  }
  if ('time' in moment) {
    requireDate('asOf()', 'time', moment.time);
    return { time: moment.time.getTime() };
  }
  return { event: requireEvent('asOf()', moment.event) };
}

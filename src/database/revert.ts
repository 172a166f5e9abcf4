import { isCounter, typeOf } from '../columns/registry.js';
import { CrrUsageError } from '../errors.js';
import type { RowHistory } from '../feed/row-history.js';
import { unpackKey } from '../model/packed-key.js';
import { textOfRow } from '../model/row-id.js';
import {
  type ReplicatedColumnSpec,
  replicatedColumns,
  type TableSpec,
} from '../model/table-spec.js';
import type { Statement } from '../sql/statement.js';
import type { CommitNote } from '../tables/commit/table.js';
import { readPruneState } from '../tables/log/prune.js';
import { type EventFilter, type RowEvent, readEvents } from '../tables/log/query.js';
import type { LoggedEvent } from '../tables/log/read.js';
import {
  deleteRow,
  insertRow,
  type RestoredCell,
  readOwnCommits,
  readReverting,
  updateRow,
} from '../tables/log/revert.js';
import type { Connection } from './connection.js';
import { prunedError } from './database-errors.js';
import { writePlanned } from './log-writes.js';
import { type RowWithHistory, readRowHistories } from './row-events.js';
import { run } from './run.js';
import type { SiteStore } from './site-store.js';
import { UndoStack } from './undo-stack.js';

/** A row, and what became of it. Without a column it is about the row's existence. */
export interface RevertedCell {
  readonly spec: TableSpec;
  readonly pk: Uint8Array;
  readonly column?: ReplicatedColumnSpec;
}

/** What taking a transaction or an event back has done. */
export interface RevertReport {
  readonly restored: readonly RevertedCell[];
  /** Left as they are, because they were written again since. */
  readonly kept: readonly RevertedCell[];
}

export interface RevertParts {
  readonly connection: Connection;
  readonly sites: SiteStore;
  /** Tables with history. */
  readonly specs: readonly TableSpec[];
}

/** A transaction by its writer's ordinal and db_version. */
type Commit = NonNullable<EventFilter['commit']>;

/** How many of this site's latest events are looked at for the one to undo. */
const LOOKED_AT = 1_000;

/** Undoes this site's last transaction that is not undone, or redoes what was undone last. Undefined: there is none. */
export async function undoLast(
  parts: RevertParts,
  direction: 'undo' | 'redo',
  note: CommitNote,
): Promise<(RevertReport & { readonly version: number }) | undefined> {
  const local = (await parts.sites.state(parts.connection)).directory.local;
  const stack = await undoStack(parts, local);
  const target = direction === 'undo' ? stack.lastDone : stack.lastUndone;
  if (target === undefined) return undefined;
  const report = await revertCommit(parts, { site: local, dbVersion: target }, false, note);
  return { ...report, version: target };
}

async function undoStack({ connection, specs }: RevertParts, site: number): Promise<UndoStack> {
  const commits = new Map<number, string | undefined>();
  const reverting = new Map<number, string>();
  const queries = specs.map((spec) =>
    readOwnCommits(spec, LOOKED_AT, ({ dbVersion, reverts }) => commits.set(dbVersion, reverts)),
  );
  const all = readReverting(site, (dbVersion, reverts) => reverting.set(dbVersion, reverts));
  await run(connection, [...queries, all], 'read');
  const newestFirst = [...commits].sort(([a], [b]) => b - a);
  return new UndoStack(site, newestFirst, reverting);
}

/** Takes all events of a transaction back. */
export function revertCommit(
  parts: RevertParts,
  commit: Commit,
  force: boolean,
  note: CommitNote,
): Promise<RevertReport> {
  return revertEvents(parts, parts.specs, { commit }, force, {
    ...note,
    reverts: `${commit.site}:${commit.dbVersion}`,
  });
}

/** Takes one event of a table back. */
export function revertEvent(
  parts: RevertParts,
  spec: TableSpec,
  event: Commit & { readonly seq: number },
  force: boolean,
  note: CommitNote,
): Promise<RevertReport> {
  const { site, dbVersion, seq } = event;
  return revertEvents(parts, [spec], { commit: { site, dbVersion } }, force, note, seq);
}

function revertEvents(
  { connection, sites }: RevertParts,
  specs: readonly TableSpec[],
  filter: EventFilter,
  force: boolean,
  note: CommitNote,
  seq?: number,
): Promise<RevertReport> {
  return writePlanned(connection, async () => {
    const found: (RowEvent & { readonly spec: TableSpec })[] = [];
    const queries = specs.map((spec) =>
      readEvents(spec, filter, (row) => {
        if (seq === undefined || row.event.seq === seq) found.push({ ...row, spec });
      }),
    );
    await run(connection, queries, 'read');
    await requireUnpruned(connection, specs, found);
    const wanted = new Map(
      found.map((row) => [textOfRow({ table: row.spec.name, pk: row.pk }), row]),
    );
    const { rows, dbVersion } = await readRowHistories(connection, sites, [...wanted.values()]);
    const report = { restored: [] as RevertedCell[], kept: [] as RevertedCell[] };
    // Rows that were created last go first: others may refer to those before them.
    const statements = [...rows].reverse().flatMap(([id, row]) => {
      const ids = found
        .filter(({ spec, pk }) => textOfRow({ table: spec.name, pk }) === id)
        .map(({ event }) => event.id);
      return new RowRevert(row, new Set(ids), force, report).statements();
    });
    return { dbVersion, statements, note, result: report };
  });
}

/** Events of which it is not known what was before them cannot be taken back. */
async function requireUnpruned(
  connection: Connection,
  specs: readonly TableSpec[],
  found: readonly RowEvent[],
): Promise<void> {
  let horizon = 0;
  const states = specs.map((spec) =>
    readPruneState(spec, ({ version }) => {
      horizon = Math.max(horizon, version);
    }),
  );
  await run(connection, states, 'read');
  if (found.length === 0 && horizon === 0) {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      'revert(): the log has no such event: it is of another table, or not here yet',
    );
  }
  const isLost = ({ event: { arrived, pruned } }: RowEvent) =>
    arrived <= horizon || pruned.length > 0;
  if (found.length === 0 || found.some(isLost)) throw prunedError('the table', horizon);
}

/** Brings one row to what it was before some events, as far as nobody has written it since. */
class RowRevert {
  readonly #history: RowHistory;
  readonly #events: readonly LoggedEvent[];
  readonly #first: number;

  constructor(
    readonly row: RowWithHistory,
    readonly ids: ReadonlySet<number>,
    readonly force: boolean,
    readonly report: { readonly restored: RevertedCell[]; readonly kept: RevertedCell[] },
  ) {
    this.#history = row.history;
    this.#events = row.history.events;
    this.#first = this.#events.findIndex(({ id }) => ids.has(id));
  }

  statements(): Statement[] {
    const { spec, pk } = this.row;
    const key = unpackKey(pk);
    const wasAlive = this.#history.isAlive(this.#first);
    const isAlive = this.#history.isAlive(this.#events.length);
    const touchesLife = this.#mine().some((event) => this.#history.covers(event, '-1'));
    if (isAlive && wasAlive) {
      const cells = this.#restoredCells();
      return cells.length === 0 ? [] : [updateRow(spec, key, cells)];
    }
    if (!touchesLife) {
      // Somebody else has deleted the row.
      this.#keep();
      return [];
    }
    const isLast = this.#mine().includes(this.#events.at(-1)!);
    if (!isLast && !this.force) {
      this.#keep();
      return [];
    }
    if (isAlive === wasAlive) return [];
    this.report.restored.push({ spec, pk });
    return isAlive ? [deleteRow(spec, key)] : [insertRow(spec, key, this.#valuesBefore())];
  }

  #mine(): readonly LoggedEvent[] {
    return this.#events.filter(({ id }) => this.ids.has(id));
  }

  #keep(): void {
    const { spec, pk } = this.row;
    this.report.kept.push({ spec, pk });
  }

  #restoredCells(): RestoredCell[] {
    const { spec, pk } = this.row;
    const history = this.#history;
    return replicatedColumns(spec).flatMap((column): RestoredCell[] => {
      const { name } = column;
      const mine = this.#mine().filter((event) => history.valueOf(event, name) !== undefined);
      if (mine.length === 0) return [];
      if (isCounter(column)) {
        const added = mine.reduce((sum, event) => {
          const before = history.ownBefore(event, name);
          return (
            sum + numberOf(history, event, name) - (before ? numberOf(history, before, name) : 0n)
          );
        }, 0n);
        if (added === 0n) return [];
        this.report.restored.push({ spec, pk, column });
        return [{ column, value: -added, isAdded: true }];
      }
      const end = this.#events.length;
      const heads = history.heads(name);
      const isMine =
        typeOf(column).storage === 'cells'
          ? heads.every((event) => this.ids.has(event.id))
          : this.ids.has(history.shownBy(name, end)?.id ?? -1);
      const before = history.shownBy(name, this.#first);
      if (before === undefined || (!isMine && !this.force)) {
        this.report.kept.push({ spec, pk, column });
        return [];
      }
      this.report.restored.push({ spec, pk, column });
      return [{ column, value: history.valueOf(before, name) ?? null }];
    });
  }

  #valuesBefore(): RestoredCell[] {
    const history = this.#history;
    return replicatedColumns(this.row.spec).flatMap((column): RestoredCell[] => {
      const { name } = column;
      if (isCounter(column)) {
        return [{ column, value: history.sumBefore(name, this.#first) }];
      }
      const before = history.shownBy(name, this.#first);
      return before === undefined ? [] : [{ column, value: history.valueOf(before, name) ?? null }];
    });
  }
}

function numberOf(history: RowHistory, event: LoggedEvent, cell: string): bigint {
  const value = history.valueOf(event, cell);
  return typeof value === 'bigint' ? value : 0n;
}

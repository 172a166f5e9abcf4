import { integer, text } from 'drizzle-orm/sqlite-core';
import { run } from '../../src/database/run.js';
import { internalsOf } from '../../src/drizzle/internals.js';
import { RowHistory } from '../../src/feed/row-history.js';
import { type Change, counter, crrTable, greatest, lww, mvr, packKey } from '../../src/index.js';
import { EVENT } from '../../src/model/change.js';
import { bytesToHex } from '../../src/model/value.js';
import { type NotedHead, readEvents, readNotedHeads } from '../../src/tables/log/query.js';
import type { LoggedEvent } from '../../src/tables/log/read.js';
import { openSite } from '../support/site.js';

/** Every column type, and defaults. */
export const columns = () => ({
  id: text('id').primaryKey().notNull(),
  title: text('title').default('untitled'),
  size: integer('size'),
  seen: lww(text('seen'), { by: 'time' }),
  votes: counter('votes'),
  status: mvr(text('status')),
  best: greatest(integer('best')),
});
export const notes = crrTable('notes', columns(), { history: true });
export const schema = { notes };
/** The same table, with conflicts by row. */
export const wholeNotes = crrTable('notes', columns(), { history: true, conflictLevel: 'row' });
export const COLUMNS = ['title', 'size', 'seen', 'best', 'votes', 'status'] as const;
/** What sides of a row can differ in: counters add up, and registers keep all values. */
const DIFFERING = ['title', 'size', 'seen', 'best'] as const;

/** Conflicts by cell and by row take turns. */
export const levelOf = (seed: number) => (seed % 2 === 0 ? 'row' : 'cell');

/** An event as the model knows it. */
interface Known {
  readonly dot: string;
  readonly key: string;
  readonly covers: ReadonlySet<string>;
  /** The dots of the events of each cell that its writer had, by cell. */
  readonly seen: ReadonlyMap<string, ReadonlySet<string>>;
  /** The row as its writer had it then, without counters and registers, as JSON; null: deleted. */
  readonly left: string;
}

/** A site, and what a model with version vectors says of it. */
export class ModelledSite {
  readonly known = new Map<string, Known>();

  private constructor(
    readonly db: Awaited<ReturnType<typeof openCells>>,
    readonly level: 'cell' | 'row',
    readonly siteId: string,
    /** Of all sites: what is known once an event was made. */
    readonly all: Map<string, Known>,
  ) {}

  static async open(
    all: Map<string, Known>,
    level: 'cell' | 'row' = 'cell',
  ): Promise<ModelledSite> {
    const db = level === 'cell' ? await openCells() : await openRows();
    return new ModelledSite(db, level, bytesToHex(await db.$crr.siteId()), all);
  }

  /** The table under the declaration that `$crr` knows. */
  get table() {
    return this.level === 'cell' ? notes : wholeNotes;
  }

  get #cells(): readonly string[] {
    return ['-1', ...(this.level === 'row' ? ['-2'] : []), ...COLUMNS];
  }

  /** Runs a write, and checks that its events cover just what it changed. Returns what is wrong. */
  async write(write: () => Promise<unknown>): Promise<string[]> {
    const before = await this.rows();
    const version = await this.db.$crr.version();
    await write();
    const after = await this.rows();
    const events = await this.eventsAfter(version);
    const found: string[] = [];
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      const [was, is] = [before.get(key), after.get(key)];
      const own = events.filter((event) => event.key === key);
      const covered = new Set(own.flatMap((event) => [...event.covers]));
      for (const column of COLUMNS) {
        const changed = was === undefined || is === undefined || was[column] !== is[column];
        if (changed && !covered.has(column))
          found.push(`${key}.${column} has changed, and no event covers it`);
      }
      if ((was === undefined) !== (is === undefined) && !covered.has('-1')) {
        found.push(`${key} was created or deleted, and no event covers that`);
      }
      if (was !== undefined && is !== undefined && own.length === 1 && !covered.has('-1')) {
        // Two writes of a transaction can take each other back. A register that is settled, and a write of a former life's value, change nothing that is shown.
        const same = COLUMNS.filter((name) => was[name] === is[name] && name !== 'status');
        for (const column of same)
          if (covered.has(column)) found.push(`${key}.${column} is covered and did not change`);
      }
    }
    for (const event of events) {
      const seen = new Map<string, Set<string>>();
      for (const cell of event.covers) {
        const others = [...this.known.values()].filter(
          (other) => other.key === event.key && other.covers.has(cell),
        );
        seen.set(
          cell,
          new Set(others.flatMap((other) => [other.dot, ...(other.seen.get(cell) ?? [])])),
        );
      }
      const known: Known = { ...event, seen, left: leftOf(after.get(event.key)) };
      this.known.set(event.dot, known);
      this.all.set(event.dot, known);
    }
    return found;
  }

  /** What came with a page. */
  async received(): Promise<string[]> {
    const found: string[] = [];
    for (const { dot } of await this.eventsAfter(-1)) {
      const known = this.all.get(dot);
      if (known === undefined) found.push(`nobody has made ${dot}`);
      else this.known.set(dot, known);
    }
    return found;
  }

  /** Cells whose heads are not those of the model. */
  async wrongHeads(): Promise<string[]> {
    const found: string[] = [];
    const histories = await this.histories();
    for (const [key, { history, dotOf }] of histories) {
      for (const cell of this.#cells) {
        const expected = this.#headsOf(key, cell)
          .map(({ dot }) => dot)
          .sort();
        const actual = history.heads(cell).map(dotOf).sort();
        if (actual.join() !== expected.join()) {
          found.push(
            `heads of ${key}.${cell} are ${actual.join(' ')}, expected ${expected.join(' ')}`,
          );
        }
      }
    }
    return found;
  }

  #headsOf(key: string, cell: string): readonly Known[] {
    const events = [...this.known.values()].filter(
      (event) => event.key === key && event.covers.has(cell),
    );
    return events.filter(({ dot }) => !events.some(({ seen }) => seen.get(cell)!.has(dot)));
  }

  /**
   * Conflicts by row that are none, or whose sides are not the rows as the heads of the model left them. Of what was pruned, it
   * may be unknown what a side had, but not wrong.
   */
  async wrongForks(isPruned = false): Promise<string[]> {
    if (this.level === 'cell') return [];
    const found: string[] = [];
    const conflicts = await this.db.$crr.conflicts(wholeNotes);
    for (const key of KEYS) {
      const sides = this.#headsOf(key, '-2').map(({ left }) => left);
      const expected = new Set(sides).size < 2 ? [] : sides.sort();
      const conflict = conflicts.find((found) => found.reason === 'row' && found.key.id === key);
      const listed = conflict?.reason === 'row' ? conflict.forks : [];
      for (const forks of [listed, await this.db.$crr.forks(wholeNotes, { id: key })]) {
        const actual = forks.map(({ row }) => leftOf(row)).sort();
        if (isPruned ? areLike(actual, sides) : actual.join() === expected.join()) continue;
        found.push(`sides of ${key} are ${actual.join(' ')}, expected ${expected.join(' ')}`);
      }
    }
    return found;
  }

  async rows(): Promise<Map<string, Record<string, unknown>>> {
    const rows = await this.db.select().from(notes);
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** The log, as all sites know it. */
  async log(): Promise<string[]> {
    const { changes } = await this.db.$crr.changes();
    return changes
      .filter(({ cid }) => cid === EVENT)
      .map(textOf)
      .sort();
  }

  async histories() {
    const { connection } = internalsOf(this.db.$crr);
    const [spec] = internalsOf(this.db.$crr).schema.tables.values();
    const events = new Map<string, LoggedEvent[]>();
    const noted: NotedHead[] = [];
    const sites = new Map<number, Uint8Array>();
    await run(
      connection,
      [
        readEvents(spec!, {}, ({ pk, event }) => {
          const key = bytesToHex(pk);
          events.set(key, [...(events.get(key) ?? []), event]);
        }),
        readNotedHeads(spec!, undefined, (head) => noted.push(head)),
        {
          sql: 'SELECT ordinal, site_id FROM crr_site',
          args: [],
          read(rows) {
            for (const { 0: ordinal, 1: id } of rows) {
              sites.set(Number(ordinal), new Uint8Array(id as ArrayBuffer));
            }
          },
        },
      ],
      'read',
    );
    const dotOf = ({ site, dbVersion, seq }: LoggedEvent) =>
      `${bytesToHex(sites.get(site)!)}:${dbVersion}:${seq}`;
    const names = new Map(KEYS.map((key) => [bytesToHex(packKey([key])), key]));
    return new Map(
      [...events].map(([key, own]) => [
        names.get(key)!,
        { history: new RowHistory(spec!, own, noted), dotOf },
      ]),
    );
  }

  async eventsAfter(version: number) {
    const found: { dot: string; key: string; covers: ReadonlySet<string> }[] = [];
    for (const [key, { history, dotOf }] of await this.histories()) {
      for (const event of history.events) {
        if (event.arrived <= version || event.seq === undefined) continue;
        const covers = new Set(this.#cells.filter((cell) => history.covers(event, cell)));
        found.push({ dot: dotOf(event), key, covers });
      }
    }
    return found;
  }
}

export const KEYS = ['a', 'b', 'c', 'd'];

const openCells = () => openSite(schema);
const openRows = () => openSite({ notes: wholeNotes });

const leftOf = (row: Readonly<Record<string, unknown>> | undefined): string =>
  row === undefined
    ? 'null'
    : JSON.stringify(DIFFERING.map((column) => (row[column] === undefined ? '?' : row[column])));

/** Whether sides are the expected ones, but for cells that are unknown. Sides that agree are not listed. */
function areLike(actual: readonly string[], expected: readonly string[]): boolean {
  if (actual.length === 0) return new Set(expected).size < 2;
  const open = [...expected];
  // The most certain first, so that they do not find their place taken.
  const unknown = (side: string) => side.split('"?"').length;
  return (
    actual.length === open.length &&
    [...actual]
      .sort((a, b) => unknown(a) - unknown(b))
      .every((side) => {
        const cells = JSON.parse(side) as unknown[] | null;
        const like = open.findIndex((other) => {
          const full = JSON.parse(other) as unknown[] | null;
          if (cells === null || full === null) return cells === full;
          return cells.every((cell, i) => cell === '?' || cell === full[i]);
        });
        if (like >= 0) open.splice(like, 1);
        return like >= 0;
      })
  );
}

const textOf = ({ pk, site_id, col_version, seq, cl, val }: Change) => {
  const event = JSON.parse(val as string) as Record<string, unknown>;
  const parents = [...((event.p as unknown[]) ?? [])]
    .map((parent) => JSON.stringify(parent))
    .sort();
  return JSON.stringify([
    bytesToHex(pk),
    bytesToHex(site_id),
    col_version,
    seq,
    cl,
    { ...event, p: parents },
  ]);
};

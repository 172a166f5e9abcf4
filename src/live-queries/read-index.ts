import type { ChangedRows, Watched } from './changes.js';
import type { Entry } from './entry.js';
import { type ReadSet, UNKNOWN } from './read-set.js';

/** Finds the queries that a change concerns, without a look at the others. */
export class ReadIndex implements Watched {
  /** By CRR: queries that read all rows, and those that read some, by the packed key. */
  readonly #crrs = new Map<string, { all: Set<Entry>; rows: Map<string, Set<Entry>> }>();
  readonly #plain = new Map<string, Set<Entry>>();
  readonly #unknown = new Set<Entry>();
  readonly #reads = new Map<Entry, ReadSet>();

  get tables(): Iterable<string> {
    return this.#crrs.keys();
  }

  needsRows(table: string): boolean {
    return (this.#crrs.get(table)?.rows.size ?? 0) > 0;
  }

  /** Whether a query reads tables without clocks. */
  get hasPlain(): boolean {
    return this.#plain.size > 0 || this.#unknown.size > 0;
  }

  get entries(): readonly Entry[] {
    return [...this.#reads.keys()];
  }

  /** Sets what a query reads. */
  set(entry: Entry, reads: ReadSet): void {
    this.delete(entry);
    this.#reads.set(entry, reads);
    const { crrs, plain, isUnknown } = reads;
    for (const [table, keys] of crrs) {
      const found = this.#crrs.get(table) ?? { all: new Set(), rows: new Map() };
      this.#crrs.set(table, found);
      if (keys === 'all') found.all.add(entry);
      else for (const key of keys) addTo(found.rows, key, entry);
    }
    for (const table of plain) addTo(this.#plain, table, entry);
    if (isUnknown) this.#unknown.add(entry);
  }

  delete(entry: Entry): void {
    const { crrs, plain } = this.#reads.get(entry) ?? UNKNOWN;
    this.#reads.delete(entry);
    this.#unknown.delete(entry);
    for (const table of plain) deleteFrom(this.#plain, table, entry);
    for (const [table, keys] of crrs) {
      const found = this.#crrs.get(table);
      if (found === undefined) continue;
      if (keys === 'all') found.all.delete(entry);
      else for (const key of keys) deleteFrom(found.rows, key, entry);
      if (found.all.size === 0 && found.rows.size === 0) this.#crrs.delete(table);
    }
  }

  /** The queries that read one of these rows. */
  readersOf(changed: ChangedRows): Set<Entry> {
    const readers = new Set<Entry>();
    for (const [table, keys] of changed) {
      const found = this.#crrs.get(table);
      if (found === undefined) continue;
      for (const entry of found.all) readers.add(entry);
      const some =
        keys === 'all'
          ? [...found.rows.values()]
          : [...keys].flatMap((key) => found.rows.get(key) ?? []);
      for (const entries of some) for (const entry of entries) readers.add(entry);
    }
    return readers;
  }

  /** The queries of which it is not known what they read. */
  get unknown(): Iterable<Entry> {
    return this.#unknown;
  }

  /** The queries that read tables without clocks. @param tables undefined = any of them. */
  readersOfPlain(tables: readonly string[] | undefined): Set<Entry> {
    const sets =
      tables === undefined
        ? [...this.#plain.values()]
        : tables.flatMap((table) => this.#plain.get(table) ?? []);
    return new Set([...this.#unknown, ...sets.flatMap((entries) => [...entries])]);
  }
}

function addTo(map: Map<string, Set<Entry>>, key: string, entry: Entry): void {
  const entries = map.get(key);
  if (entries === undefined) map.set(key, new Set([entry]));
  else entries.add(entry);
}

function deleteFrom(map: Map<string, Set<Entry>>, key: string, entry: Entry): void {
  const entries = map.get(key);
  if (entries?.delete(entry) && entries.size === 0) map.delete(key);
}

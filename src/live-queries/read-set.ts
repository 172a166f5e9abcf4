import type { Connection } from '../database/connection.js';
import { run } from '../database/run.js';
import type { CrrSchema } from '../model/schema.js';
import { mentions } from '../sql/mentions.js';
import { tableOfTrigger } from '../sql/names.js';
import { readSchemaObjects } from '../sql/schema-objects.js';

/** What a query may read. */
export interface ReadSet {
  /** CRRs by name: the packed keys of the rows in hex, or all rows. */
  readonly crrs: ReadonlyMap<string, 'all' | readonly string[]>;
  /** Other tables. They have no clocks. */
  readonly plain: readonly string[];
  /** It may read anything: every change counts. */
  readonly isUnknown: boolean;
}

/** Every change counts for a query of which nothing is known. */
export const UNKNOWN: ReadSet = { crrs: new Map(), plain: [], isUnknown: true };

/** The rows that a query selects by their keys, if it reads no others. */
export interface Pin {
  readonly table: string;
  /** Packed keys in hex. */
  readonly keys: readonly string[];
}

/** The tables of a database, and what belongs to them. */
export class Catalog {
  readonly #tables: string[] = [];
  readonly #views = new Map<string, string>();
  /** Tables with triggers of the application. */
  readonly #triggers = new Set<string>();
  /** A plain table refers to others: a delete may cascade. */
  #hasCascades = false;

  private constructor(readonly schema: CrrSchema) {}

  static async read(connection: Connection, schema: CrrSchema): Promise<Catalog> {
    const catalog = new Catalog(schema);
    const query = readSchemaObjects(({ type, name, table, sql }) => {
      if (type === 'view') catalog.#views.set(name, sql);
      else if (type === 'table') catalog.#tables.push(name);
      else if (tableOfTrigger(name) === undefined) catalog.#triggers.add(table);
      const isPlain = type === 'table' && !schema.tables.has(name);
      if (isPlain && /\breferences\b/i.test(sql)) catalog.#hasCascades = true;
    });
    await run(connection, [query], 'read');
    return catalog;
  }

  /**
   * What a query may read: the tables that its text names, and the texts of the views that it names. Without a parser
   * that may be too much, and is never too little.
   */
  readSetOf(sql: string, pin?: Pin | undefined): ReadSet {
    const names = new Set<string>();
    const views = new Set<string>();
    const texts = [sql];
    for (const text of texts) {
      for (const name of this.#tables) if (mentions(text, name)) names.add(name);
      for (const [name, definition] of this.#views) {
        if (views.has(name) || !mentions(text, name)) continue;
        views.add(name);
        texts.push(definition);
      }
    }
    const crrs = new Map<string, 'all' | readonly string[]>();
    const plain: string[] = [];
    for (const name of names) {
      if (this.schema.tables.has(name)) crrs.set(name, 'all');
      else plain.push(name);
    }
    const isPinned = pin !== undefined && names.size === 1 && names.has(pin.table);
    if (isPinned && views.size === 0) crrs.set(pin.table, pin.keys);
    return { crrs, plain, isUnknown: /\bsqlite_(?:schema|master|stat)/i.test(sql) };
  }

  /** Whether a write to these tables may reach other plain tables, by a trigger of the application or a cascade. */
  reachesOthers(tables: readonly string[]): boolean {
    return this.#hasCascades || tables.some((table) => this.#triggers.has(table));
  }
}

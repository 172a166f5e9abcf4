import type { Connection } from '../database/connection.js';
import { run } from '../database/run.js';
import { packKey } from '../model/packed-key.js';
import {
  type LogEntry,
  type Place,
  type RowState,
  readRowState,
} from '../tables/cells/document.js';
import { writeDocument } from '../tables/cells/write-document.js';
import { clientOf, seedClientOf } from './client-id.js';
import type { OpenText, TextCodec } from './codec.js';
import { diffWords } from './diff.js';
import { clash, look, noRow } from './look.js';
import { rebase } from './rebase.js';
import { Tail } from './tail.js';

/** What a session needs of the database. */
export interface SessionParts {
  readonly connection: Connection;
  readonly place: Place;
  readonly codec: TextCodec;
  readonly lane: number;
  /** Called after each write. */
  readonly onWritten: () => void;
}

const MOST_TRIES = 20;

/** One document in memory, and what the database has of it. */
export class Session {
  readonly parts: SessionParts;
  readonly #pk: Uint8Array;
  #row: RowState;
  #text: OpenText;
  /** The log of the database up to here is in the document. */
  #seen: number;
  /** The database has updates: the plain text counts no more. */
  #isBegun: boolean;
  /** Not in the database yet: the plain text as the first update, the latest one last, and what was edited. */
  #seeds: Uint8Array[] = [];
  #unsaved: Uint8Array[] = [];
  /** The text as the database has it. */
  #savedText: string;
  /** The log holds what the column does not show. */
  #isStale: boolean;
  /** What was written by SQL and is in the document, which is not saved yet. */
  #settled: string | undefined;
  readonly #tail = new Tail();
  #queue: Promise<unknown> = Promise.resolve();

  /** @throws {CrrDatabaseError} if there is no such row. */
  static async open(parts: SessionParts): Promise<Session> {
    const { row, log } = await look(parts, 0);
    if (row === undefined) throw noRow(parts.place);
    return new Session(parts, row, log);
  }

  private constructor(parts: SessionParts, row: RowState, log: readonly LogEntry[]) {
    this.parts = parts;
    this.#pk = packKey(parts.place.key);
    this.#row = row;
    this.#isBegun = log.length > 0;
    const { plain = '' } = row;
    if (!this.#isBegun && plain !== '') this.#seeds.push(this.#seedFor(plain));
    this.#text = this.#opened(log);
    this.#savedText = this.#text.text();
    this.#seen = row.dbVersion;
    this.#isStale = log.length > 0 && (row.shown === undefined || log.some((x) => !x.isShown));
    this.#tail.read(log);
    this.#settle();
  }

  get text(): OpenText {
    return this.#text;
  }

  get hasUnsaved(): boolean {
    this.#collect();
    return this.#unsaved.length > 0;
  }

  #opened(log: readonly LogEntry[]): OpenText {
    const { codec, lane } = this.parts;
    const updates = log.map(({ value }) => value);
    const client = clientOf(this.#row.siteId, this.#pk, lane);
    return codec.open([...this.#seeds, ...updates], client);
  }

  /** Puts a write by SQL into the document, unless the document was made from it. */
  #settle(): void {
    const { written, shown = '', plain } = this.#row;
    if (written === undefined || !this.#isBegun || this.#text.isPartial()) return;
    const over = this.#settled ?? written.over;
    this.#settled = shown;
    if (plain === shown && this.#text.has(this.#seedFor(shown))) return;
    this.#text.replace(rebase(diffWords(over, shown), over, this.#text.text()));
  }

  /** Updates are missing that others depend on. Until they are here, the column keeps what was written by SQL. */
  get #isBlocked(): boolean {
    return this.#row.written !== undefined && this.#settled === undefined;
  }

  #seedFor(text: string): Uint8Array {
    return this.parts.codec.seed(text, seedClientOf(this.#pk, text));
  }

  #collect(): void {
    const update = this.#text.takeUpdate();
    if (update !== undefined) this.#unsaved.push(update);
  }

  /** Brings what others have written into the document, and the column up to date. */
  sync(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#refresh();
      if (this.#isBlocked && this.#isBegun) return;
      if (this.#isStale || this.#settled !== undefined) await this.#write();
    });
  }

  /** Saves what was edited. */
  save(): Promise<void> {
    return this.#inTurn(async () => {
      this.#collect();
      const isNews = this.#unsaved.length > 0 || this.#settled !== undefined;
      if (isNews || this.#isStale) await this.#write();
    });
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(run);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async #write(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.#writeOnce();
        break;
      } catch (error) {
        const before = this.#row.dbVersion;
        await this.#refresh();
        // Otherwise the row is as it was, and something else is wrong.
        if (this.#row.dbVersion === before || tries === MOST_TRIES) throw error;
      }
    }
    this.parts.onWritten();
  }

  async #writeOnce(): Promise<void> {
    this.#collect();
    const { connection, place } = this.parts;
    const parts = [...this.#seeds, ...this.#unsaved];
    // Nobody needs the plain text as an update before somebody has edited it.
    const isEdit = this.#unsaved.length > 0;
    const update = isEdit ? (parts.length === 1 ? parts[0]! : this.#text.join(parts)) : undefined;
    const isFirst = isEdit && !this.#isBegun;
    const { length } = this.#unsaved;
    const text = this.#text.text();
    const baseline = update === undefined ? undefined : await this.#baseline(update);
    const statements = writeDocument(place, {
      known: this.#row,
      update,
      baseline,
      text: this.#isBlocked && !isFirst ? (this.#row.shown ?? '') : text,
      shows: this.#isStale,
      // A document that begins with the plain text has what was written to it.
      settles: this.#settled !== undefined || isFirst,
    });
    let row: RowState | undefined;
    await run(
      connection,
      [
        ...statements,
        readRowState(place, (found) => {
          row = found;
        }),
      ],
      'write',
    );
    this.#unsaved = this.#unsaved.slice(length);
    if (isEdit) {
      this.#seeds = [];
      this.#isBegun = true;
    }
    this.#tail.write(update, baseline);
    this.#isStale = false;
    this.#settled = undefined;
    this.#savedText = text;
    this.#row = row ?? this.#row;
    this.#seen = this.#row.dbVersion;
  }

  /** A new baseline of this site, once its updates take as much as they may. Updates that others lack must not go into one. */
  async #baseline(update: Uint8Array): Promise<Uint8Array | undefined> {
    if (!this.#tail.isLong(update) || this.#text.isPartial()) return undefined;
    const { log } = await look(this.parts, 0);
    const own = log.filter(({ isOwn }) => isOwn).map(({ value }) => value);
    return this.#text.compact([...own, update]);
  }

  async #refresh(): Promise<void> {
    const { row, log } = await look(this.parts, this.#seen);
    if (row === undefined || row.causalLength !== this.#row.causalLength) {
      throw noRow(this.parts.place);
    }
    this.#collect();
    this.#row = row;
    this.#seen = row.dbVersion;
    this.#isStale ||= log.some(({ isShown }) => !isShown) || row.shown === undefined;
    this.#tail.read(log);
    const updates = log.map(({ value }) => value);
    if (updates.some((update) => this.#text.clashes(update))) {
      throw clash(this.parts.place);
    }
    if (updates.length > 0) this.#merge(updates);
    else if (!this.#isBegun) this.#restart(row);
    this.#settle();
    this.#collect();
  }

  #merge(updates: readonly Uint8Array[]): void {
    const isFirst = !this.#isBegun;
    this.#isBegun = true;
    const seed = this.#seeds.at(-1);
    if (!isFirst || seed === undefined) {
      this.#text.apply(updates);
      return;
    }
    // Others have begun the document. If they have begun with another text, what was edited here goes into theirs.
    const theirs = this.parts.codec.open(updates, 0);
    const isSame = theirs.has(seed);
    const begun = theirs.text();
    theirs.close();
    if (isSame) this.#text.apply(updates);
    else this.#beginAgain(begun, updates);
  }

  /** The plain text is another one, and nobody has begun the document. */
  #restart({ plain = '' }: RowState): void {
    if (plain === this.#savedText) return;
    const seed = plain === '' ? [] : [this.#seedFor(plain)];
    this.#beginAgain(plain, seed);
    this.#seeds.push(...seed);
    this.#savedText = plain;
  }

  /** Puts another beginning in the place of the one here, and what was edited here into it. */
  #beginAgain(text: string, updates: readonly Uint8Array[]): void {
    const mine = diffWords(this.#savedText, this.#text.text());
    const edits = rebase(mine, this.#savedText, text);
    this.#text.replace(diffWords(this.#text.text(), ''));
    this.#text.apply(updates);
    this.#text.replace(edits);
    // What was deleted is known to nobody else.
    this.#collect();
  }

  close(): void {
    this.#text.close();
  }
}

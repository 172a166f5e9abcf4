import { run } from '../database/run.js';
import { packKey } from '../model/packed-key.js';
import type { LogEntry, RowState } from '../tables/cells/document.js';
import { writeDocument } from '../tables/cells/write-document.js';
import { readSiteVersion } from '../tables/state/read.js';
import { clientOf, seedClientOf } from './client-id.js';
import type { OpenText } from './codec.js';
import { diffWords } from './diff.js';
import { clash, look, noRow } from './look.js';
import { type DocumentMerge, Merges } from './merges.js';
import { Outbox } from './outbox.js';
import { rebase } from './rebase.js';
import { pendingWrite, type SessionParts, textBefore } from './session-parts.js';
import { settlementOf } from './settlement.js';
import { ownUpdates, Tail } from './tail.js';

const MOST_TRIES = 20;

/** One document in memory, and what the database has of it. */
export class Session {
  readonly parts: SessionParts;
  readonly #pk: Uint8Array;
  #row: RowState;
  #lane: number;
  #text: OpenText;
  /** The log of the database up to here is in the document. */
  #seen: number;
  /** The database has updates: the plain text counts no more. */
  #isBegun: boolean;
  readonly #outbox = new Outbox();
  /** The text as the database has it. */
  #savedText: string;
  /** The log holds what the column does not show. */
  #isStale: boolean;
  readonly #tail = new Tail();
  readonly #merges: Merges;
  /** Why this session can be used no more. */
  #lost: unknown;
  #queue: Promise<unknown> = Promise.resolve();

  /** @throws {CrrDatabaseError} if there is no such row. */
  static async open(parts: SessionParts): Promise<Session> {
    const lane = await parts.lane();
    const { row, log } = await look(parts, 0);
    if (row === undefined) throw noRow(parts.place);
    return new Session(parts, row, log, lane);
  }

  private constructor(parts: SessionParts, row: RowState, log: readonly LogEntry[], lane: number) {
    this.parts = parts;
    this.#pk = packKey(parts.place.key);
    this.#merges = new Merges(parts.codec);
    this.#row = row;
    this.#isBegun = log.length > 0;
    const updates = log.map(({ value }) => value);
    const begins = updates.some(parts.codec.isUpdate) ? [] : this.#plant(textBefore(row));
    this.#lane = lane;
    this.#text = parts.codec.open([...begins, ...updates], clientOf(row.siteId, this.#pk, lane));
    this.#savedText = this.#text.text();
    this.#seen = row.dbVersion;
    this.#isStale = log.length > 0 && (row.shown === undefined || log.some((x) => !x.isShown));
    this.#tail.read(log);
  }

  get text(): OpenText {
    return this.#text;
  }

  /** Calls back after merges of texts that both sides have edited. @returns ends it. */
  onMerge(listener: (merge: DocumentMerge) => void): () => void {
    return this.#merges.add(listener, this.#text);
  }

  /** Nothing can be done with it any more: see DOCUMENT_LOST. */
  get isOver(): boolean {
    return this.#lost !== undefined;
  }

  get hasUnsaved(): boolean {
    this.#collect();
    return this.#outbox.edits.length > 0;
  }

  /** A write by SQL is not in the document. */
  get #isUnsettled(): boolean {
    return pendingWrite(this.#row, this.#isBegun) !== undefined;
  }

  /** The document begins with a plain text. */
  #plant(plain = ''): Uint8Array[] {
    if (plain === '') return [];
    const seed = this.#seedFor(plain);
    this.#outbox.addSeed(seed);
    return [seed];
  }

  #seedFor(text: string): Uint8Array {
    return this.parts.codec.seed(text, seedClientOf(this.#pk, text));
  }

  #collect(): void {
    this.#outbox.add(this.#text.takeUpdate());
  }

  /** Brings what others have written into the document, and the column up to date. */
  sync(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#refresh();
      if (this.#isUnsettled || this.#isStale) await this.#write();
    });
  }

  /** Saves what was edited. */
  save(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.hasUnsaved || this.#isUnsettled || this.#isStale) await this.#write();
    });
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(() => {
      if (this.#lost !== undefined) throw this.#lost;
      return run();
    });
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
    if (this.#isUnsettled) await this.#settle();
    const { connection, place, lane } = this.parts;
    // Others may have it once this process is silent for long.
    this.#lane = await lane();
    this.#collect();
    const update = this.#outbox.updateOf(this.#text);
    // Updates are missing that others depend on. Until they are here, the column keeps what was written by SQL.
    const isBlocked = this.#isUnsettled;
    if (update === undefined && (isBlocked || !this.#isStale)) return;
    const text = this.#text.text();
    const baseline = update === undefined ? undefined : await this.#baseline(update);
    this.#outbox.tries(update, baseline);
    const known = this.#row;
    // A document that begins with the plain text has what was written to it.
    const settles = update !== undefined && !this.#isBegun;
    const shown = isBlocked ? undefined : text;
    const shows = this.#isStale && !isBlocked;
    const write = { known, update, baseline, text: shown, shows, settles };
    let row = { ...known, shown: shown ?? known.shown, ...(settles && { written: undefined }) };
    let isSameSite = true;
    const read = readSiteVersion((dbVersion, site) => {
      row = { ...row, dbVersion };
      isSameSite = site === known.site;
    });
    await run(connection, [...writeDocument(place, write), read], 'write');
    this.#written();
    this.#isStale &&= isBlocked;
    this.#savedText = text;
    this.#adopt(row);
    // Its id is read with the row.
    if (!isSameSite) await this.#refresh();
  }

  /** Puts a write by SQL into the document. */
  async #settle(): Promise<void> {
    const { connection, place } = this.parts;
    const { row, log } = await look(this.parts, 0);
    if (row === undefined) throw noRow(place);
    const settlement = settlementOf(this.parts, this.#pk, row, log);
    if (settlement !== undefined) {
      const shows = log.some(({ isShown }) => !isShown);
      const write = { known: row, ...settlement, shows, settles: true };
      await run(connection, writeDocument(place, write), 'write');
      this.#isStale = false;
    }
    await this.#refresh();
  }

  #adopt(row: RowState): void {
    this.#row = row;
    this.#seen = row.dbVersion;
    // Another process may have got the lane, or the database another id. What was edited before keeps its writer.
    this.#text.writeAs(clientOf(row.siteId, this.#pk, this.#lane));
  }

  #written(): void {
    const { update, baseline } = this.#outbox.committed();
    this.#isBegun ||= update !== undefined;
    this.#tail.write(update, baseline);
  }

  /** A new baseline of this site, once its updates take as much as they may. Updates that others lack must not go into one. */
  async #baseline(update: Uint8Array): Promise<Uint8Array | undefined> {
    if (!this.#tail.isLong(update) || this.#text.isPartial()) return undefined;
    const { log } = await look(this.parts, 0);
    return this.#text.compact(ownUpdates(log, update));
  }

  async #refresh(): Promise<void> {
    const { row, log: found } = await look(this.parts, this.#seen);
    if (row === undefined || row.causalLength !== this.#row.causalLength) {
      throw noRow(this.parts.place);
    }
    this.#collect();
    const log = found.filter((entry) => !this.#outbox.hasTried(entry));
    // It was committed, although it failed here.
    if (log.length < found.length) this.#written();
    const updates = log.map(({ value }) => value).filter(this.parts.codec.isUpdate);
    try {
      if (updates.some((update) => this.#text.clashes(update, this.#outbox.edits))) {
        throw clash(this.parts.place);
      }
      const merged = this.#merges.around(this.#text, updates, this.#isBegun);
      if (updates.length > 0) {
        this.#merge(updates);
        merged();
      }
    } catch (error) {
      // The document has a part of them, and what was edited cannot be told from what others have written.
      this.#lost = error;
      throw error;
    }
    this.#isBegun ||= log.length > 0;
    this.#adopt(row);
    const isNull = row.shown === undefined && this.#isBegun;
    this.#isStale ||= found.some(({ isShown }) => !isShown) || isNull;
    this.#tail.read(log);
    if (!this.#isBegun) this.#restart(row);
    this.#collect();
  }

  #merge(updates: readonly Uint8Array[]): void {
    const isFirst = !this.#isBegun;
    this.#isBegun = true;
    const { seed } = this.#outbox;
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
  #restart(row: RowState): void {
    const text = textBefore(row);
    if (text === this.#savedText) return;
    this.#beginAgain(text, this.#plant(text));
    this.#savedText = text;
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

/** What was typed into each text: it is all there, once. */
import { CrrDatabaseError } from '../../src/index.js';
import { yText } from '../../src/yjs/index.js';
import type { Random } from '../support/random.js';
import { notes } from './schema.js';
import type { Station } from './station.js';
import { noteId } from './writes.js';

interface Word {
  readonly station: Station;
  readonly row: string;
  readonly cl: number;
  readonly word: string;
  /** A server has it; what no server has acknowledged may be there or not. */
  state: 'sent' | 'unsent' | 'unsure';
}

type Texts = ReadonlyMap<string, string>;

export class Words {
  readonly #all: Word[] = [];

  note(station: Station, row: string, word: string): void {
    const cl = station.known!.rows.get(row)!;
    this.#all.push({ station, row, cl, word, state: 'unsent' });
  }

  /** What this site has not sent yet; call `acknowledge` with it when a sync has succeeded. */
  unsent(station: Station): readonly Word[] {
    return this.#all.filter((word) => word.station === station && word.state === 'unsent');
  }

  acknowledge(sent: readonly Word[], refused: ReadonlySet<string>): void {
    for (const word of sent) {
      if (word.state === 'unsent') word.state = refused.has(word.row) ? 'unsure' : 'sent';
    }
  }

  /** The site is thrown away, or goes back to a copy of before. */
  forget(station: Station): void {
    for (const word of this.unsent(station)) word.state = 'unsure';
  }

  /** Texts that lack a word of the present life of their row, or have one twice. */
  wrong(shown: Texts, rows: ReadonlyMap<string, number>): string[] {
    return [...shown].flatMap(([row, text]) => {
      const here = this.#all.filter((word) => word.row === row && word.cl === rows.get(row));
      return here.flatMap(({ word, state, station }) => {
        const times = text.split(word).length - 1;
        if (times === 1 || (times === 0 && state !== 'sent')) return [];
        return [`${row} has "${word}" of ${station.name} (${state}) ${times} times: ${text}`];
      });
    });
  }
}

/** Adds a word, in a document or by SQL. @returns the row; undefined if it is not there. */
export async function type(
  station: Station,
  random: Random,
  word: string,
): Promise<string | undefined> {
  const id = noteId(random);
  const { db } = station.site;
  const row = `notes ${id}`;
  if (random.chance(0.3)) {
    await station.site.write([
      `UPDATE notes SET body = ifnull(body, '') || '${word}' WHERE id = '${id}'`,
    ]);
    return (await textsOf(station)).has(row) ? row : undefined;
  }
  try {
    const document = await db.$crr.document(notes, { id }, 'body', yText());
    const { text } = document.editor;
    const words = text.toString().split(' ');
    const before = words.slice(0, random.int(words.length)).map((one) => `${one} `);
    text.insert(before.join('').length, word);
    await document.save();
    await document.close();
    return row;
  } catch (error) {
    if (error instanceof CrrDatabaseError && error.code === 'CRR_DATABASE_NO_ROW') return undefined;
    throw error;
  }
}

/** The texts by row, as the column shows them. */
export async function textsOf({ site }: Station): Promise<Texts> {
  const rows = (await site.shown()).get('notes') ?? [];
  return new Map(rows.map(({ id, body }) => [`notes ${String(id)}`, String(body)]));
}

import type { Doc } from 'yjs';
import { type Caret, colorOf, isCaret } from './caret.js';
import { sync, user } from './database.js';
import { isShown, type Shown } from './shown.js';

/** What the editors' bindings to Yjs show of a person. */
interface State {
  readonly user: { readonly name: string; readonly color: string };
  readonly cursor: unknown;
}

interface Change {
  readonly added: readonly number[];
  readonly updated: readonly number[];
  readonly removed: readonly number[];
}

type Listener = (change: Change) => void;

/** Shows the caret of this user as long as it is in an editor. There is one in a page at most. */
let caret: Caret | undefined;
const carets = new Set<() => void>();

export const ownCaret = {
  get: () => caret,
  subscribe(listener: () => void) {
    carets.add(listener);
    return () => carets.delete(listener);
  },
};

function setCaret(value: Caret | undefined): void {
  caret = value;
  for (const listener of carets) listener();
}

/**
 * The carets of others in a document, as the editors' bindings want to have them: the part of `Awareness` of y-protocols that they
 * use, over the presence of the sync.
 */
export class Carets {
  readonly doc: Doc;
  readonly #place: string;
  readonly #listeners = new Set<Listener>();
  /** By numbers of this page. */
  #others = new Map<number, State>();
  readonly #numbers = new Map<string, number>();
  #own: State = { user: { name: user, color: colorOf(user) }, cursor: null };
  readonly #end: () => void;

  /** @param place names the document for others. */
  constructor(doc: Doc, place: string) {
    this.doc = doc;
    this.#place = place;
    this.#end = sync.presence.subscribe(() => this.#read());
    this.#read();
  }

  get clientID(): number {
    return this.doc.clientID;
  }

  getLocalState(): State {
    return this.#own;
  }

  getStates(): ReadonlyMap<number, State> {
    return new Map([...this.#others, [this.clientID, this.#own]]);
  }

  setLocalStateField(field: string, value: unknown): void {
    if (field !== 'cursor') return;
    this.#own = { ...this.#own, cursor: value };
    const position = value === null ? undefined : JSON.parse(JSON.stringify(value));
    setCaret(position === undefined ? undefined : { place: this.#place, ...position });
  }

  on(_: 'change', listener: Listener): void {
    this.#listeners.add(listener);
  }

  off(_: 'change', listener: Listener): void {
    this.#listeners.delete(listener);
  }

  end(): void {
    this.#end();
    if (caret?.place === this.#place) setCaret(undefined);
  }

  #read(): void {
    const before = this.#others;
    this.#others = new Map();
    for (const { id, state } of sync.presence.others()) {
      if (!isShown(state) || !isCaret(state.caret) || state.caret.place !== this.#place) continue;
      this.#others.set(this.#numberOf(id), stateOf(state, state.caret));
    }
    const ids = [...this.#others.keys()];
    const change = {
      added: ids.filter((id) => !before.has(id)),
      updated: ids.filter((id) => before.has(id)),
      removed: [...before.keys()].filter((id) => !this.#others.has(id)),
    };
    if (ids.length + before.size === 0) return;
    for (const listener of [...this.#listeners]) listener(change);
  }

  /** Below zero, where no client of Yjs is. */
  #numberOf(id: string): number {
    const number = this.#numbers.get(id) ?? -1 - this.#numbers.size;
    this.#numbers.set(id, number);
    return number;
  }
}

const stateOf = ({ name }: Shown, { anchor, head }: Caret): State => ({
  user: { name, color: colorOf(name) },
  cursor: { anchor, head },
});

import type { Caret } from './caret.js';

/** What a browser shows the others of its user. */
export interface Shown {
  readonly name: string;
  /** The card that has the focus. */
  readonly card?: string | undefined;
  /** In the editor that has it. */
  readonly caret?: Caret | undefined;
}

/** Others send what they like, so it is checked; the caret where it is used. */
export function isShown(state: unknown): state is Shown {
  const { name, card } = (state ?? {}) as Partial<Record<keyof Shown, unknown>>;
  return typeof name === 'string' && (card === undefined || typeof card === 'string');
}

import { type customType, text } from 'drizzle-orm/sqlite-core';
import { markKind } from '../columns/mark.js';
import { TEXT_KIND } from '../columns/text/type.js';
import type { TextCodec } from '../documents/codec.js';
import { CrrUsageError } from '../errors.js';

/** As a custom type, which has the same type parameters in Drizzle 0.45 and 1.0: those of `text` differ. */
type CollaborativeText = ReturnType<
  ReturnType<typeof customType<{ data: string; driverData: string }>>
>;

/** Registered, as the marks of columns are: see src/columns/mark.ts. */
const CODEC = Symbol.for('drizzle-crr:text-codec');

/**
 * Declares a text that several people edit at once: concurrent edits merge character by character. The column shows
 * the plain text, so that queries read it as any other; `$crr.document()` opens the document. Writing the column by
 * SQL works, too: what the write has changed becomes an edit.
 *
 * @param codec the library that the documents are made with, such as `yText()` of drizzle-crr/yjs. Without it, for example on a
 * server that only passes changes on, documents merge and are not shown: the column keeps what it showed.
 *
 * @example
 * const notes = crrTable('notes', {
 *   id: text('id').primaryKey().notNull(),
 *   body: collaborativeText('body', yText()),
 * });
 */
export function collaborativeText(codec?: TextCodec): CollaborativeText;
export function collaborativeText(name: string, codec?: TextCodec): CollaborativeText;
export function collaborativeText(
  first: string | TextCodec | undefined,
  second?: TextCodec,
): CollaborativeText {
  const [name, codec] = typeof first === 'string' ? [first, second] : ['', first];
  if (codec !== undefined) requireCodec(codec);
  const column = markKind(text(name), TEXT_KIND, 'collaborativeText()');
  Object.defineProperty((column as unknown as Configured).config, CODEC, {
    value: codec,
    configurable: true,
  });
  return column as never;
}

function requireCodec(codec: unknown): void {
  const { open, seed } = (codec ?? {}) as Partial<TextCodec>;
  if (typeof open === 'function' && typeof seed === 'function') return;
  const advice = typeof codec === 'function' ? ': call the function that makes it' : '';
  throw new CrrUsageError(
    'CRR_USAGE_OPTION',
    `collaborativeText() takes a codec such as yText() of drizzle-crr/yjs${advice}`,
  );
}

interface Configured {
  readonly config: { [CODEC]?: TextCodec | undefined };
}

/** The codec that was declared for a column. */
export const codecOf = (column: object): TextCodec | undefined =>
  (column as Configured).config[CODEC];

import { defaultKeymap } from '@codemirror/commands';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, keymap, placeholder } from '@codemirror/view';
import type { LiveDocument } from 'drizzle-crr';
import { type YText, yText } from 'drizzle-crr/yjs';
import { useEffect, useRef } from 'react';
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next';
import { boards } from '../schema.js';
import { Carets } from './awareness.js';
import { db } from './database.js';
import { AUTOSAVE, useDocument } from './use-document.js';

/** The notes of a board. */
export default function PlainEditor({ board }: { readonly board: string }) {
  const { document, error } = useDocument(board, openNotes);
  const parent = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (document === undefined) return;
    return edit(document, parent.current!, `notes of ${board}`);
  }, [document, board]);
  if (error !== undefined) return <p role="alert">{error.message}</p>;
  return <div ref={parent} className="plain-editor" aria-busy={document === undefined} />;
}

const openNotes = (id: string) => db.$crr.document(boards, { id }, 'notes', yText(), AUTOSAVE);

/** @returns ends it. */
function edit(document: LiveDocument<YText>, parent: HTMLElement, place: string): () => void {
  const { doc, text } = document.editor;
  const carets = new Carets(doc, place);
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text.toString(),
      extensions: [
        keymap.of([...yUndoManagerKeymap, ...defaultKeymap]),
        drawSelection(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'Notes of the board' }),
        placeholder('What everybody should know'),
        yCollab(text, carets),
      ],
    }),
  });
  return () => {
    view.destroy();
    carets.end();
  };
}

import { type Editor, Extension } from '@tiptap/core';
import Collaboration from '@tiptap/extension-collaboration';
import { EditorContent, useEditor, useEditorState } from '@tiptap/react';
import StarterKit from '@tiptap/starter-kit';
import { yCursorPlugin } from '@tiptap/y-tiptap';
import type { LiveDocument } from 'drizzle-crr';
import { type YXml, yXml } from 'drizzle-crr/yjs';
import { useEffect, useState } from 'react';
import { descriptions } from '../schema.js';
import { Carets } from './awareness.js';
import { db } from './database.js';
import { AUTOSAVE, useDocument } from './use-document.js';

/** The description of a card. */
export default function RichEditor({ card }: { readonly card: string }) {
  const { document, error } = useDocument(card, openDescription);
  if (error !== undefined) return <p role="alert">{error.message}</p>;
  if (document === undefined) return <p className="hint">Opening the description…</p>;
  return <Opened key={card} document={document} place={`description of ${card}`} />;
}

/** The first one who opens it makes its row; rows of two who do it at once are one. */
async function openDescription(card: string): Promise<LiveDocument<YXml>> {
  await db.insert(descriptions).values({ card }).onConflictDoNothing();
  return db.$crr.document(descriptions, { card }, 'body', yXml(), AUTOSAVE);
}

interface OpenedProps {
  readonly document: LiveDocument<YXml>;
  readonly place: string;
}

function Opened({ document, place }: OpenedProps) {
  const carets = useCarets(document, place);
  return carets && <Writing document={document} carets={carets} />;
}

function useCarets({ editor: { doc } }: LiveDocument<YXml>, place: string): Carets | undefined {
  const [carets, setCarets] = useState<Carets>();
  useEffect(() => {
    const made = new Carets(doc, place);
    setCarets(made);
    return () => made.end();
  }, [doc, place]);
  return carets;
}

interface WritingProps {
  readonly document: LiveDocument<YXml>;
  readonly carets: Carets;
}

function Writing({ document, carets }: WritingProps) {
  const editor = useEditor(
    {
      extensions: [
        // Undo belongs to Collaboration, and a paragraph that each browser adds at the end would be there several times.
        StarterKit.configure({
          undoRedo: false,
          trailingNode: false,
          link: { openOnClick: false },
        }),
        Collaboration.configure({ fragment: document.editor.fragment }),
        caretsOfOthers(carets),
      ],
      editorProps: {
        attributes: {
          class: 'writing',
          role: 'textbox',
          'aria-multiline': 'true',
          'aria-label': 'Description',
        },
      },
      autofocus: 'end',
    },
    [document, carets],
  );
  return (
    <>
      <Formatting editor={editor} />
      <EditorContent editor={editor} />
    </>
  );
}

const caretsOfOthers = (carets: Carets) =>
  Extension.create({
    name: 'caretsOfOthers',
    addProseMirrorPlugins: () => [yCursorPlugin(carets as never, { cursorBuilder: caret })],
  });

function caret({ name, color }: { readonly name: string; readonly color: string }): HTMLElement {
  const element = document.createElement('span');
  element.className = 'caret';
  element.style.setProperty('--of', color);
  const label = document.createElement('span');
  label.className = 'caret-name';
  label.textContent = name;
  element.append('\u2060', label, '\u2060');
  return element;
}

interface Format {
  readonly label: string;
  readonly shown: string;
  readonly isOn: (editor: Editor) => boolean;
  readonly toggle: (editor: Editor) => void;
}

const mark = (name: 'bold' | 'italic' | 'strike', label: string, shown: string): Format => ({
  label,
  shown,
  isOn: (editor) => editor.isActive(name),
  toggle: (editor) => editor.chain().focus().toggleMark(name).run(),
});

const FORMATS: readonly Format[] = [
  mark('bold', 'Bold', 'B'),
  mark('italic', 'Italic', 'I'),
  mark('strike', 'Struck through', 'S'),
  {
    label: 'Heading',
    shown: 'H',
    isOn: (editor) => editor.isActive('heading'),
    toggle: (editor) => editor.chain().focus().toggleHeading({ level: 3 }).run(),
  },
  {
    label: 'List',
    shown: '•',
    isOn: (editor) => editor.isActive('bulletList'),
    toggle: (editor) => editor.chain().focus().toggleBulletList().run(),
  },
  {
    label: 'Numbered list',
    shown: '1.',
    isOn: (editor) => editor.isActive('orderedList'),
    toggle: (editor) => editor.chain().focus().toggleOrderedList().run(),
  },
  {
    label: 'Quote',
    shown: '”',
    isOn: (editor) => editor.isActive('blockquote'),
    toggle: (editor) => editor.chain().focus().toggleBlockquote().run(),
  },
];

function Formatting({ editor }: { readonly editor: Editor }) {
  const isOn = useEditorState({
    editor,
    selector: (state) => FORMATS.map((format) => format.isOn(state.editor)),
  });
  return (
    <fieldset className="formatting" aria-label="Formatting">
      {FORMATS.map(({ label, shown, toggle }, i) => (
        <button
          key={label}
          type="button"
          title={label}
          aria-label={label}
          aria-pressed={isOn[i]}
          // The selection stays in the text.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => toggle(editor)}
        >
          {shown}
        </button>
      ))}
    </fieldset>
  );
}

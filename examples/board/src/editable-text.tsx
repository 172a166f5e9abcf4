import { useState } from 'react';
import { explain } from './add-form.js';

interface EditableTextProps {
  readonly text: string;
  readonly label: string;
  readonly onChange: (text: string) => Promise<unknown>;
}

/** A text that becomes a field when it is clicked, or Enter is pressed on it. Escape leaves it as it was. */
export function EditableText({ text, label, onChange }: EditableTextProps) {
  const [draft, setDraft] = useState<string>();
  const [error, setError] = useState<string>();
  const save = async () => {
    const value = draft?.trim();
    setDraft(undefined);
    if (value === undefined || value === '' || value === text) return;
    try {
      await onChange(value);
      setError(undefined);
    } catch (caught) {
      setError(explain(caught));
    }
  };
  if (draft === undefined) {
    return (
      <>
        <button type="button" className="text" onClick={() => setDraft(text)}>
          {text}
        </button>
        {error !== undefined && <p role="alert">{error}</p>}
      </>
    );
  }
  return (
    <input
      className="text"
      aria-label={label}
      value={draft}
      // biome-ignore lint/a11y/noAutofocus: the user has just asked to edit it
      autoFocus
      onChange={({ target }) => setDraft(target.value)}
      onBlur={() => void save()}
      onKeyDown={({ key }) => {
        if (key === 'Enter') void save();
        if (key === 'Escape') setDraft(undefined);
      }}
    />
  );
}

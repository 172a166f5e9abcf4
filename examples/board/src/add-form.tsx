import { useState } from 'react';

interface AddFormProps {
  readonly label: string;
  readonly onAdd: (text: string) => Promise<unknown>;
}

/** A field that adds what is typed. Its error, such as a title that is taken, stands below it. */
export function AddForm({ label, onAdd }: AddFormProps) {
  const [text, setText] = useState('');
  const [error, setError] = useState<string>();
  const add = async () => {
    if (text.trim() === '') return;
    try {
      await onAdd(text.trim());
      setText('');
      setError(undefined);
    } catch (caught) {
      setError(explain(caught));
    }
  };
  return (
    <form
      className="add"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <input
        value={text}
        onChange={({ target }) => setText(target.value)}
        placeholder={label}
        aria-label={label}
        aria-invalid={error !== undefined}
      />
      <button type="submit" disabled={text.trim() === ''}>
        Add
      </button>
      {error !== undefined && <p role="alert">{error}</p>}
    </form>
  );
}

/** Drizzle wraps the database's error. */
export function explain(error: unknown): string {
  const { message, cause } = error as Error;
  const text = cause instanceof Error ? cause.message : message;
  return /UNIQUE constraint/.test(text) ? 'There is one with this title already.' : text;
}

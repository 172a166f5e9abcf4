import { useEffect, useState } from 'react';
import { announce } from './announcer.js';
import { redo, undo, useMoments } from './history.js';
import { OpenPlan } from './plan-bar.js';

interface TimeTravelProps {
  /** The version that is shown; undefined for now. */
  readonly version: number | undefined;
  readonly onChange: (version: number | undefined) => void;
}

/** Undo and redo, and a slider to the board as it was. */
export function TimeTravel({ version, onChange }: TimeTravelProps) {
  const [isOpen, setOpen] = useState(false);
  const moments = useMoments(isOpen);
  const last = moments.length - 1;
  const found = moments.findLastIndex((moment) => moment.version <= (version ?? Infinity));
  const index = version === undefined ? last : Math.max(0, found);
  const moment = moments[index];
  const time = moment && `${moment.at.toLocaleString()}, ${moment.text}`;
  return (
    <section className="time-travel" aria-label="History">
      <Undo />
      <OpenPlan />
      <details
        open={isOpen}
        onToggle={({ currentTarget }) => {
          setOpen(currentTarget.open);
          if (!currentTarget.open) onChange(undefined);
        }}
      >
        <summary>History</summary>
        {moments.length > 0 && (
          <div className="moment">
            <input
              type="range"
              min={0}
              max={last}
              value={index}
              aria-label="Show the board as it was"
              aria-valuetext={index === last ? 'now' : time}
              onChange={({ target }) => {
                const to = Number(target.value);
                onChange(to === last ? undefined : moments[to]!.version);
              }}
            />
            <output>{version === undefined ? 'Now' : time}</output>
            {version !== undefined && (
              <button type="button" onClick={() => onChange(undefined)}>
                Back to now
              </button>
            )}
          </div>
        )}
      </details>
    </section>
  );
}

/** Ctrl+Z and Ctrl+Shift+Z do the same, unless a text is edited: there they are the browser's own. */
function Undo() {
  const [note, setNote] = useState('');
  const run = async (what: typeof undo | typeof redo, done: string) => {
    try {
      const result = await what();
      const kept = result?.kept.length ?? 0;
      const outcome = kept > 0 ? `${done}, except what others have changed since` : done;
      const text = result === undefined ? 'Nothing to take back' : outcome;
      setNote(text);
      announce(text);
    } catch (error) {
      setNote(String(error));
    }
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isText = document.activeElement?.matches('input, textarea, [contenteditable]');
      if (isText || event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void (event.shiftKey ? run(redo, 'Done again') : run(undo, 'Taken back'));
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
  return (
    <>
      <button type="button" onClick={() => void run(undo, 'Taken back')}>
        ↶ Undo
      </button>
      <button type="button" onClick={() => void run(redo, 'Done again')}>
        ↷ Redo
      </button>
      <span className="note">{note}</span>
    </>
  );
}

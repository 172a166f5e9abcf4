import { usePresence } from 'drizzle-crr/react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { ownCaret } from './awareness.js';
import { hueOf } from './caret.js';
import { user } from './database.js';
import { isShown, type Shown } from './shown.js';

/** The names of the others, each once, whatever the number of their tabs. @param card only those who are at this card. */
function namesOf(others: ReturnType<typeof usePresence>, card?: string): string[] {
  const shown = others.map(({ state }) => state).filter(isShown);
  const there = shown.filter((one) => card === undefined || one.card === card);
  return [...new Set(there.map(({ name }) => name))].filter((name) => name !== user).sort();
}

/** Shows the others where this user is, and who they are. */
export function People() {
  const card = useFocusedCard();
  const caret = useSyncExternalStore(ownCaret.subscribe, ownCaret.get);
  const names = namesOf(usePresence<unknown>({ name: user, card, caret } satisfies Shown));
  return (
    <>
      <ul className="people" aria-label="Also here">
        {names.map((name) => (
          <Avatar key={name} name={name} label={name} />
        ))}
      </ul>
      <span className="avatar you" title="You" style={{ '--hue': hueOf(user) }}>
        {user}
      </span>
    </>
  );
}

/** Who is at a card. */
export function PeopleAt({ card }: { readonly card: string }) {
  const names = namesOf(usePresence<unknown>(), card);
  if (names.length === 0) return null;
  return (
    <ul className="people at-card" aria-label="At this card">
      {names.map((name) => (
        <Avatar key={name} name={name} label={`${name} is here`} />
      ))}
    </ul>
  );
}

const Avatar = ({ name, label }: { readonly name: string; readonly label: string }) => (
  <li className="avatar" title={label} style={{ '--hue': hueOf(name) }}>
    <span aria-hidden="true">{name.slice(0, 1).toUpperCase()}</span>
    <span className="visually-hidden">{label}</span>
  </li>
);

function useFocusedCard(): string | undefined {
  const [card, setCard] = useState<string>();
  useEffect(() => {
    const follow = () =>
      setCard(
        document.activeElement?.closest('[data-card]')?.getAttribute('data-card') ?? undefined,
      );
    // After `focusout` nothing has the focus until the next element gets it.
    const followLater = () => setTimeout(follow);
    document.addEventListener('focusin', follow);
    document.addEventListener('focusout', followLater);
    return () => {
      document.removeEventListener('focusin', follow);
      document.removeEventListener('focusout', followLater);
    };
  }, []);
  return card;
}

import { useLiveQuery } from 'drizzle-crr/react';
import { useEffect, useState } from 'react';
import { type Card, cards, type List, lists } from '../schema.js';
import { type Database, db, onWritten, user } from './database.js';

/** How many of the newest writes the slider reaches back. */
const REACH = 200;

/** A write to a card or a list, which this browser has made or got. */
export interface Moment {
  /** The db_version of this browser's database after it. */
  readonly version: number;
  readonly at: Date;
  readonly text: string;
}

/** What was written, the oldest first. */
export function useMoments(isOpen: boolean): readonly Moment[] {
  const [moments, setMoments] = useState<readonly Moment[]>([]);
  useEffect(() => {
    if (!isOpen) return;
    const look = () => void readMoments().then(setMoments, console.error);
    look();
    return onWritten(look);
  }, [isOpen]);
  return moments;
}

async function readMoments(): Promise<readonly Moment[]> {
  const [ofCards, ofLists] = await Promise.all([
    db.$crr.history(cards, undefined, { limit: REACH }),
    db.$crr.history(lists, undefined, { limit: REACH }),
  ]);
  const moments = new Map<number, Moment>();
  for (const [what, events] of [
    ['card', ofCards],
    ['list', ofLists],
  ] as const) {
    for (const { arrived, at, kind, changes } of events) {
      const columns = Object.keys(changes).join(', ');
      const title = changes.title?.to ?? changes.title?.from;
      const named = title === undefined ? what : `${what} “${title}”`;
      const text = `${named} ${VERBS[kind]}${kind === 'update' ? `: ${columns}` : ''}`;
      moments.set(arrived, { version: arrived, at, text });
    }
  }
  return [...moments.values()].sort((a, b) => a.version - b.version).slice(-REACH);
}

const VERBS = { insert: 'added', update: 'changed', delete: 'deleted', import: 'found' } as const;

interface Board {
  readonly lists: readonly List[] | undefined;
  readonly cards: readonly Card[] | undefined;
}

/** The board as it was in this browser at a version of its database. */
export function usePast(version: number): Board {
  const { data: pastLists } = useLiveQuery((db: Database) => {
    const past = db.$crr.asOf(lists, { version });
    return db.select().from(past).orderBy(past.position, past.id);
  });
  const { data: pastCards } = useLiveQuery((db: Database) => {
    const past = db.$crr.asOf(cards, { version });
    return db.select().from(past).orderBy(past.position, past.id);
  });
  return { lists: pastLists, cards: pastCards };
}

/** Takes back what this browser has written last, or writes it again. */
export const undo = () => db.$crr.undo({ author: user });
export const redo = () => db.$crr.redo({ author: user });

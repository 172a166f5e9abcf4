import type { DraftItem, DraftReview } from 'drizzle-crr';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Card, List } from '../schema.js';
import { announce } from './announcer.js';
import { isDelete, merge, review as readReview } from './plan.js';

interface Named {
  /** As planned. */
  readonly lists: readonly List[];
  readonly cards: readonly Card[];
}

interface PlanReviewProps extends Named {
  readonly onClose: () => void;
}

/** What the plan does, what has happened meanwhile, and what the database would refuse; each is taken or left. */
export function PlanReview({ onClose, ...named }: PlanReviewProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [review, setReview] = useState<DraftReview>();
  const [taken, setTaken] = useState<ReadonlySet<string>>(new Set());
  const [note, setNote] = useState('');
  const look = useCallback(async () => {
    const found = await readReview();
    setReview(found);
    // What needs a thought is taken by hand.
    const isFine = ({ isMoved, breaks }: DraftItem) => !isMoved && breaks === undefined;
    const fine = found.items.filter(
      (item) => isFine(item) && (listOf(item, found.items) ?? [item]).every(isFine),
    );
    setTaken(new Set(fine.map(({ id }) => id)));
  }, []);
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => void look().catch((error) => setNote(String(error))), [look]);
  const items = inOrder(review?.items ?? []);
  const placed = (item: DraftItem) => items.filter((one) => listOf(one, items)?.includes(item));
  const hidden = new Set(items.flatMap(placed));
  const chosen = items.filter(({ id }) => taken.has(id));
  const count = chosen.filter((item) => !hidden.has(item)).length;
  const onMerge = async () => {
    try {
      if (!(await merge(review!, chosen))) {
        await look();
        setNote('Somebody has changed these cards just now. Nothing was merged: look again.');
        return;
      }
      announce(`${count} merged`);
      dialog.current?.close();
    } catch (error) {
      setNote((error as Error).message);
    }
  };
  return (
    <dialog ref={dialog} className="plan-review" aria-label="Review the plan" onClose={onClose}>
      <header>
        <h2>Review the plan</h2>
        <p>Ticked changes become part of the board, for everybody. The rest stays in the plan.</p>
      </header>
      {review === undefined && <p className="looking">Comparing it with the board…</p>}
      <ul>
        {items
          .filter((item) => !hidden.has(item))
          .map((item) => (
            <Item
              key={item.id}
              item={item}
              named={named}
              isTaken={taken.has(item.id)}
              onToggle={() =>
                setTaken((ids) => {
                  const next = new Set(ids);
                  for (const { id } of [item, ...placed(item)]) {
                    if (ids.has(item.id)) next.delete(id);
                    else next.add(id);
                  }
                  return next;
                })
              }
            />
          ))}
      </ul>
      {note !== '' && (
        <p className="refused" role="alert">
          {note}
        </p>
      )}
      <footer>
        <button type="button" onClick={() => dialog.current?.close()}>
          Go on planning
        </button>
        <button
          type="button"
          className="primary"
          disabled={chosen.length === 0}
          onClick={() => void onMerge()}
        >
          {chosen.length === items.length ? 'Merge all' : `Merge ${count}`}
        </button>
      </footer>
    </dialog>
  );
}

/** Lists before cards; what is new, what changes, and what goes, each row's changes side by side. */
const inOrder = (items: readonly DraftItem[]): readonly DraftItem[] => {
  const place = (item: DraftItem) => {
    const { table, column, key } = item;
    const kind = column !== undefined ? 1 : isDelete(item) ? 2 : 0;
    return `${table === 'lists' ? 0 : 1} ${kind} ${String(key.id)} ${column ?? ''}`;
  };
  return [...items].sort((a, b) => (place(a) < place(b) ? -1 : 1));
};

/** Where a card goes in another list is no decision of its own. Undefined: it stays in its list. */
function listOf({ column, key }: DraftItem, items: readonly DraftItem[]) {
  if (column !== 'position') return undefined;
  const found = items.filter((other) => other.column === 'list' && other.key.id === key.id);
  return found.length === 0 ? undefined : found;
}

interface ItemProps {
  readonly named: Named;
  readonly item: DraftItem;
  readonly isTaken: boolean;
  readonly onToggle: () => void;
}

function Item({ item, named, isTaken, onToggle }: ItemProps) {
  const { base, ours, theirs, isMoved, breaks } = item;
  // Votes add up, so those of others are news, and no conflict.
  const hasNews = isMoved || (item.column === 'votes' && ours !== base);
  const { what, text } = wordsOf(item, named);
  return (
    <li className={breaks === undefined ? '' : 'broken'}>
      <label>
        <input type="checkbox" checked={isTaken} onChange={onToggle} />
        <span className="what">
          <b>{what.name}</b> {what.does}
        </span>
      </label>
      {item.column !== undefined && (
        <dl>
          <div className="side">
            <dt>Before</dt>
            <dd>{text(base)}</dd>
          </div>
          {hasNews && (
            <div className="side moved">
              <dt>Meanwhile</dt>
              <dd>{ours === undefined ? 'deleted' : text(ours)}</dd>
            </div>
          )}
          <div className="side planned">
            <dt>Planned</dt>
            <dd>{text(theirs)}</dd>
          </div>
        </dl>
      )}
      {isMoved && (
        <p className="moved">
          {item.column === undefined
            ? 'Somebody has changed it since you planned this.'
            : 'Somebody has changed this since you planned it. If you take it, yours stands.'}
        </p>
      )}
      {breaks !== undefined && (
        <p className="refused">The board would refuse it: {reasonOf(breaks)}</p>
      )}
    </li>
  );
}

const COLUMNS: Readonly<Record<string, string>> = {
  title: 'gets another title',
  status: 'gets another status',
  votes: 'gets votes',
  list: 'goes to another list',
  position: 'moves within its list',
};

/** What the database says, in the words of the board. */
function reasonOf(breaks: string): string {
  if (/FOREIGN KEY/.test(breaks)) return 'its list is not on the board, or goes with this plan.';
  if (/UNIQUE/.test(breaks)) return 'another list of the board has this title.';
  return breaks;
}

const votesText = (votes: number) => `${votes < 0 ? '−' : '+'}${Math.abs(votes)}`;

/** A place by what is before it, as the board is planned. */
function placeOf(position: string, id: string, rows: readonly (Card | List)[]): string {
  const listOfRow = (row: Card | List | undefined) => row && 'list' in row && row.list;
  const list = listOfRow(rows.find((row) => row.id === id));
  const before = rows.filter(
    (row) => row.id !== id && listOfRow(row) === list && row.position < position,
  );
  const last = before.reduce<Card | List | undefined>(
    (found, row) => (found === undefined || row.position > found.position ? row : found),
    undefined,
  );
  return last === undefined ? 'first' : `after “${last.title}”`;
}

/** An item in the words of the board. */
function wordsOf({ table, column, base, ours, theirs, key }: DraftItem, { lists, cards }: Named) {
  const rows: readonly (Card | List)[] = table === 'cards' ? cards : lists;
  const row = (column === undefined ? (theirs ?? ours ?? base) : undefined) as Card | undefined;
  const found = row ?? rows.find(({ id }) => id === key.id);
  const kind = table === 'cards' ? 'card' : 'list';
  const does =
    column !== undefined
      ? (COLUMNS[column] ?? `gets another ${column}`)
      : theirs === undefined
        ? 'is deleted'
        : `is a new ${kind}`;
  const text = (value: unknown): string => {
    if (column === 'list')
      return lists.find(({ id }) => id === value)?.title ?? 'a list that is gone';
    if (column === 'position') return placeOf(String(value), String(key.id), rows);
    if (column === 'votes' && value === theirs) return votesText(Number(theirs) - Number(base));
    if (column === 'status') return String(value ?? 'open');
    return value === null ? 'none' : String(value);
  };
  return { what: { name: found?.title ?? `A ${kind}`, does }, text };
}

import { CrrDraftError, type DraftItem, type DraftReview } from 'drizzle-crr';
import { useSyncExternalStore } from 'react';
import type { Card, List } from '../schema.js';
import { db, onWritten, ready, user } from './database.js';

/** A transaction of the draft, or the database. */
export type Writer = Pick<typeof db, 'select' | 'insert' | 'update' | 'delete'>;

/** Changes that this browser's user tries out, and that nobody else sees until they are merged. */
export interface Plan {
  /** Whether the board shows it, and what is done to the board goes into it. */
  readonly isOpen: boolean;
  readonly items: readonly DraftItem[];
  /** The ids of the cards and lists that it changes. */
  readonly changed: ReadonlySet<string>;
}

const NAME = 'plan';
const NOTHING: Plan = { isOpen: false, items: [], changed: new Set() };

let plan = NOTHING;
const listeners = new Set<() => void>();

function show(next: Plan): void {
  plan = next;
  for (const listener of listeners) listener();
}

export const usePlan = (): Plan =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => plan,
  );

/** Rows as the plan has them: the board's, with what the plan does. */
export function planned<T extends Card | List>(
  table: 'cards' | 'lists',
  rows: readonly T[],
  { isOpen, items }: Plan,
): readonly T[] {
  if (!isOpen) return rows;
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const item of items) {
    const id = String(item.key.id);
    const row = byId.get(id);
    if (item.table !== table) continue;
    if (item.column !== undefined) {
      if (row !== undefined) byId.set(id, { ...row, [item.column]: plannedValue(item) });
    } else if (item.theirs === undefined) byId.delete(id);
    else byId.set(id, item.theirs as T);
  }
  const order = ({ position, id }: T) => `${position} ${id}`;
  return [...byId.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** Whether it deletes its row. */
export const isDelete = ({ column, theirs }: DraftItem): boolean =>
  column === undefined && theirs === undefined;

/** Votes of others come on top of those that are planned. */
const plannedValue = ({ column, base, ours, theirs }: DraftItem) =>
  column === 'votes' ? Number(ours) + Number(theirs) - Number(base) : theirs;

/** What the plan does now: the board may have changed, too. */
async function look(): Promise<void> {
  const isThere = (await db.$crr.drafts()).some(({ name }) => name === NAME);
  const items = isThere ? await (await db.$crr.draft(NAME)).diff() : [];
  show({ ...plan, items, changed: new Set(items.map(({ key }) => String(key.id))) });
}

onWritten(() => {
  if (plan.isOpen) void look().catch(console.error);
});
// A plan that was left is there after a reload.
void ready.then(look).catch(console.error);

export const openPlan = () => show({ ...plan, isOpen: true });
export const leavePlan = () => show({ ...plan, isOpen: false });

export async function dropPlan(): Promise<void> {
  await (await db.$crr.draft(NAME)).drop();
  show(NOTHING);
}

/** Writes to the plan if it is open, and to the board otherwise. */
export async function write<T>(run: (writer: Writer) => Promise<T>): Promise<T> {
  if (!plan.isOpen) return run(db);
  const draft = await db.$crr.draft(NAME);
  const result = await draft.transaction((tx) => run(tx as unknown as Writer));
  await look();
  return result;
}

export const review = async (): Promise<DraftReview> => (await db.$crr.draft(NAME)).review();

/** @returns false if somebody has changed what was reviewed: then nothing was written. */
export async function merge({ token }: DraftReview, take: readonly DraftItem[]): Promise<boolean> {
  const draft = await db.$crr.draft(NAME);
  try {
    const { left } = await draft.merge({
      review: { token },
      take,
      author: user,
      message: 'a plan',
    });
    if (left.length === 0) await dropPlan();
    else await look();
    return true;
  } catch (error) {
    if (error instanceof CrrDraftError && error.code === 'CRR_DRAFT_MOVED') return false;
    throw error;
  }
}

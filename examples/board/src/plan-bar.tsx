import type { DraftItem } from 'drizzle-crr';
import { useState } from 'react';
import type { Card, List } from '../schema.js';
import { announce } from './announcer.js';
import { dropPlan, isDelete, leavePlan, openPlan, usePlan } from './plan.js';
import { PlanReview } from './plan-review.js';

const counted = (changes: number) => `${changes} ${changes === 1 ? 'change' : 'changes'}`;

export function OpenPlan() {
  const changes = usePlan().items.length;
  const onOpen = () => {
    openPlan();
    announce('Planning');
  };
  return (
    <button type="button" onClick={onOpen}>
      {changes === 0 ? '✎ Plan changes' : `✎ Go on planning: ${counted(changes)}`}
    </button>
  );
}

const titleOf = ({ base, ours }: DraftItem) => `“${((ours ?? base) as Card | List).title}”`;

interface PlanBarProps {
  /** As planned. */
  readonly lists: readonly List[];
  readonly cards: readonly Card[];
}

/** Says that what is done to the board is only tried out, and leads to its review. */
export function PlanBar({ lists, cards }: PlanBarProps) {
  const { items } = usePlan();
  const changes = items.length;
  const deleted = items.filter(isDelete).map(titleOf);
  const [isReviewed, setReviewed] = useState(false);
  const [isDropping, setDropping] = useState(false);
  return (
    <>
      <section className="plan-bar" aria-label="Plan">
        <p className="planning">
          <b>You are planning.</b> Nobody else sees it until you merge it.
          {deleted.length > 0 && ` Deleted: ${deleted.join(', ')}.`}
        </p>
        <button
          type="button"
          className="primary"
          disabled={changes === 0}
          onClick={() => setReviewed(true)}
        >
          {changes === 0 ? 'Nothing planned yet' : `Review ${counted(changes)}`}
        </button>
        <button type="button" onClick={leavePlan}>
          Back to the board
        </button>
        <button
          type="button"
          className={isDropping ? '' : 'danger'}
          onClick={() => (changes === 0 ? void dropPlan() : setDropping(!isDropping))}
        >
          {isDropping ? 'Keep the plan' : 'Drop the plan'}
        </button>
        {isDropping && (
          <button type="button" className="danger" onClick={() => void dropPlan()}>
            {`Drop ${counted(changes)} for good`}
          </button>
        )}
      </section>
      {isReviewed && <PlanReview lists={lists} cards={cards} onClose={() => setReviewed(false)} />}
    </>
  );
}
